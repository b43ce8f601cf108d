import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { Repeatable } from '../input/repeatable.decorator.js';

/** For `_sort`: fields, with `-` before one for the other direction. A `+` may arrive as the space that it stands for. */
export function SortableBy(fields: readonly string[]): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: [String],
      description: `Fields to sort by: ${fields.join(', ')}; \`-\` before one for the other direction`,
    }),
    IsOptional(),
    IsIn(
      fields.flatMap((name) => [name, `-${name}`, `+${name}`, ` ${name}`]),
      {
        each: true,
        message: `\`_sort\` must be one of ${fields.join(', ')}, with \`-\` before it for the other direction`,
      },
    ),
    Repeatable(),
  );
}

/** What a `_sort` that passed `SortableBy` these fields asks for. */
export function sortsOf<F extends string>(
  sort: readonly string[] | undefined,
  fields: readonly F[],
): { readonly by: F; readonly descending: boolean }[] {
  return (sort ?? []).flatMap((name) => {
    const by = fields.find((field) => field === name.replace(/^[-+ ]/, ''));
    return by === undefined ? [] : [{ by, descending: name.startsWith('-') }];
  });
}
