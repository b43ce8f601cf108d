import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { Repeatable } from '../input/repeatable.decorator.js';

/** Declares `_sort` by these fields; a leading `-` reverses the order. A `+` may arrive decoded as a space. */
export function SortableBy(fields: readonly string[]): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: [String],
      description: `Fields to sort by: ${fields.join(', ')}; a leading \`-\` sorts in descending order`,
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

/** Returns the sort order that a `_sort` which passed `SortableBy` these fields asks for. */
export function sortsOf<F extends string>(
  sort: readonly string[] | undefined,
  fields: readonly F[],
): { readonly by: F; readonly descending: boolean }[] {
  return (sort ?? []).flatMap((name) => {
    const by = fields.find((field) => field === name.replace(/^[-+ ]/, ''));
    return by === undefined ? [] : [{ by, descending: name.startsWith('-') }];
  });
}
