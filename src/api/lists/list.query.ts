import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { flagOf, IsFlag } from '../input/is-flag.decorator.js';
import { PageQuery } from './paging.js';
import { Repeatable } from '../input/repeatable.decorator.js';

const LONGEST_SEARCH = 256;

/** `_get_all_results` gives this many at most. */
const ALL = 10_000;

/** What every list takes: which part of it, what of its items, and what to search for. */
export class ListQuery extends PageQuery {
  @ApiPropertyOptional({
    type: [String],
    description: 'Fields of the answer, with commas between or one each time',
  })
  @IsOptional()
  @IsString({ each: true })
  @Repeatable()
  _include?: string[];

  @ApiPropertyOptional({ type: String, description: 'A part of the name or key, in any case' })
  @IsOptional()
  @MaxLength(LONGEST_SEARCH, { message: `\`_search\` can be at most ${LONGEST_SEARCH} characters long` })
  @IsString({ message: '`_search` must be a text' })
  _search?: string;

  @ApiPropertyOptional({ type: Boolean, description: `No pages: everything up to ${ALL}` })
  @IsFlag()
  _get_all_results?: string;
}

/** The part that is asked for: the page, or as good as everything. */
export function partOf(query: ListQuery): { readonly size: number; readonly offset: number } {
  if (flagOf(query._get_all_results) === true) return { size: ALL, offset: 0 };
  return { size: query._size, offset: query._offset };
}

/** What is searched for; undefined for nothing. */
export function searchOf({ _search: search }: ListQuery): string | undefined {
  return search === undefined || search === '' ? undefined : search.normalize('NFKC');
}
