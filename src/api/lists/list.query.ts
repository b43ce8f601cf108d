import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { PageRequest } from '../../database/page-request.js';
import { flagOf, IsFlag } from '../input/is-flag.decorator.js';
import { STORABLE } from '../openapi/schemas.js';
import { PageQuery } from './paging.js';
import { Repeatable } from '../input/repeatable.decorator.js';

const MAX_SEARCH_LENGTH = 256;

/** Limits the number of items that `_get_all_results` returns. */
const MAX_ALL_RESULTS = 10_000;

/** Declares the query parameters that every list takes. */
export class ListQuery extends PageQuery {
  @ApiPropertyOptional({
    ...{ type: 'array', items: STORABLE },
    description: 'Fields to return, separated by commas or repeated',
  })
  @IsOptional()
  @IsString({ each: true })
  @Repeatable()
  _include?: string[];

  @ApiPropertyOptional({
    ...STORABLE,
    maxLength: MAX_SEARCH_LENGTH,
    description: 'A part of the name or key; case is ignored',
  })
  @IsOptional()
  @MaxLength(MAX_SEARCH_LENGTH, {
    message: `\`_search\` can be at most ${MAX_SEARCH_LENGTH} characters long`,
  })
  @IsString({ message: '`_search` must be a string' })
  _search?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description:
      `Returns all items without paging, up to ${MAX_ALL_RESULTS}; if they are larger than 32 MiB of JSON, the answer is ` +
      '400 `too_costly`',
  })
  @IsFlag()
  _get_all_results?: string;
}

/** Returns the part of the list that the query asks for. */
export function partOf(query: ListQuery): Pick<PageRequest, 'size' | 'offset' | 'all'> {
  if (flagOf(query._get_all_results) === true) return { size: MAX_ALL_RESULTS, offset: 0, all: true };
  return { size: query._size, offset: query._offset, all: false };
}

/** Returns the normalized search text; undefined when there is none. */
export function searchOf({ _search: search }: ListQuery): string | undefined {
  return search === undefined || search === '' ? undefined : search.normalize('NFKC');
}
