import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, Max } from 'class-validator';
import { ILLEGAL_ACTION } from '../input/validate-input.js';

export const LARGEST_PAGE = 1_000;
const LARGEST_OFFSET = 2 ** 31 - 1;

/** Converts plain decimal digits to a number. Any other text stays unchanged, and validation rejects it. */
export const Digits = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
  );

/** Declares a query parameter for the size of a page. */
export function PageSize(): PropertyDecorator {
  // As decorators are applied from the last one on, which determines the order of messages.
  return applyDecorators(
    Digits(),
    Max(LARGEST_PAGE, { message: `\`_size\` can be at most ${LARGEST_PAGE}`, context: ILLEGAL_ACTION }),
    IsInt({ message: `\`_size\` must be a whole number from 0 to ${LARGEST_PAGE}` }),
    ApiPropertyOptional({
      type: 'integer',
      minimum: 0,
      maximum: LARGEST_PAGE,
      default: LARGEST_PAGE,
      description:
        'The maximum number of items; a page also ends where it would be larger than 8 MiB of JSON',
    }),
  );
}

/** Declares the query parameters that select a part of a list. */
export class PageQuery {
  @PageSize()
  _size: number = LARGEST_PAGE;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: LARGEST_OFFSET,
    default: 0,
    description: 'The number of items to skip; for the next page, add the number of items that you received',
  })
  @IsInt({ message: `\`_offset\` must be a whole number from 0 to ${LARGEST_OFFSET}` })
  @Max(LARGEST_OFFSET, { message: `\`_offset\` can be at most ${LARGEST_OFFSET}` })
  @Digits()
  _offset: number = 0;
}
