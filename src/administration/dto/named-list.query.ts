import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { IsFlag, flagOf } from '../../api/is-flag.decorator.js';
import { PageQuery } from '../../api/paging.js';

const LONGEST_SEARCH = 256;

/** Whether the answer says who belongs to a thing, or how many. */
export class GetDataQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Names and roles instead of counts' })
  @IsFlag()
  _get_data?: string;
}

/** A page of things in the order of their names. */
export class NamedListQuery extends PageQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Names and roles instead of counts' })
  @IsFlag()
  _get_data?: string;

  @ApiPropertyOptional({ enum: ['name', '+name', '-name'], type: String })
  @IsOptional()
  @IsIn(['name', '+name', ' name', '-name'], { message: '`_sort` can only be `name` or `-name`' })
  _sort?: string;

  @ApiPropertyOptional({ description: 'A part of the name', type: String, maxLength: LONGEST_SEARCH })
  @IsOptional()
  @MaxLength(LONGEST_SEARCH, { message: `\`_search\` can be at most ${LONGEST_SEARCH} characters long` })
  @IsString({ message: '`_search` must be a text' })
  _search?: string;
}

export interface NamedPage {
  readonly size: number;
  readonly offset: number;
  readonly descending: boolean;
  readonly search: string | undefined;
}

/** What cannot be a part of a name is searched for as something that is in none: the database cannot hold every text. */
export function namedPageOf({ _size, _offset, _sort, _search }: NamedListQuery): NamedPage {
  const search = _search === undefined || /^[A-Za-z0-9._~-]*$/.test(_search) ? _search : '/';
  return { size: _size, offset: _offset, descending: _sort?.startsWith('-') ?? false, search };
}

/** Whether `_get_data` asks for names and roles. */
export function wantsData({ _get_data }: { _get_data?: string }): boolean {
  return flagOf(_get_data) ?? false;
}
