import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';
import { mustBeOneOf } from '../../common/names/one-of.js';
import { Repeatable } from '../input/repeatable.decorator.js';

/** Declares `_sort` by these fields; a leading `-` reverses the order. A `+` may arrive decoded as a space. */
export function SortableBy(fields: readonly string[]): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: 'array',
      items: { type: 'string', pattern: `^[-+ ]?(${fields.join('|')})$` },
      description: `Fields to sort by: ${fields.join(', ')}; a leading \`-\` sorts in descending order`,
    }),
    IsOptional(),
    EachSortable(fields),
    Repeatable(),
  );
}

/** Requires names of fields, each perhaps after a sign. The message names the field that was probably meant. */
function EachSortable(fields: readonly string[]): PropertyDecorator {
  const isWrong = (name: string): boolean => !fields.includes(withoutSign(name));
  return ValidateBy({
    name: 'eachSortable',
    validator: {
      validate: (names: string[]) => !names.some(isWrong),
      defaultMessage: (failed) => {
        const wrong = (failed?.value as string[]).find(isWrong) ?? '';
        return `\`_sort\`, with \`-\` before it for the other direction, ${mustBeOneOf(fields, wrong)}`;
      },
    },
  });
}

function withoutSign(name: string): string {
  return name.replace(/^[-+ ]/, '');
}

/** Returns the sort order that a `_sort` which passed `SortableBy` these fields asks for. */
export function sortsOf<F extends string>(
  sort: readonly string[] | undefined,
  fields: readonly F[],
): { readonly by: F; readonly descending: boolean }[] {
  return (sort ?? []).flatMap((name) => {
    const by = fields.find((field) => field === withoutSign(name));
    return by === undefined ? [] : [{ by, descending: name.startsWith('-') }];
  });
}
