import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { flagOf, IsFlag } from '../../api/is-flag.decorator.js';
import { PageQuery } from '../../api/paging.js';
import { Repeatable } from '../../api/repeatable.decorator.js';
import { BadParameters } from '../../common/errors.js';
import { FILTERS, SORTS, type Filter, type ListWish, type Sort } from '../list-wish.js';

const LONGEST_SEARCH = 256;

/** `_get_all_results` gives this many at most. */
const ALL = 10_000;

function ExactFilter(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      isArray: true,
      description: 'Only those with exactly this; given several times, any of them',
    }),
    IsOptional(),
    IsString({ each: true }),
    Repeatable(),
  );
}

/** Which part of the list is asked for, and how. Booleans may be written as text in any case. */
export class SecretListQuery extends PageQuery {
  @ApiPropertyOptional({
    type: [String],
    description: 'Fields of the answer, with commas between or one each time',
  })
  @IsOptional()
  @IsString({ each: true })
  @Repeatable()
  _include?: string[];

  @ApiPropertyOptional({
    type: [String],
    description: 'Fields to sort by; `-` before one for the other direction',
  })
  @IsOptional()
  @IsIn(Object.keys(SORTS).flatMap((name) => [name, `-${name}`, `+${name}`, ` ${name}`]), {
    each: true,
    message: `\`_sort\` must be one of ${Object.keys(SORTS).join(', ')}, with \`-\` before it for the other direction`,
  })
  @Repeatable()
  _sort?: string[];

  @ApiPropertyOptional({ type: String, description: 'A part of the key, in any case' })
  @IsOptional()
  @MaxLength(LONGEST_SEARCH, { message: `\`_search\` can be at most ${LONGEST_SEARCH} characters long` })
  @IsString({ message: '`_search` must be a text' })
  _search?: string;

  @ApiPropertyOptional({ type: Boolean, description: `No pages: everything up to ${ALL}` })
  @IsFlag()
  _get_all_results?: string;

  @ApiPropertyOptional({
    type: Boolean,
    enum: [false],
    description: 'The lists of all tenants are not there yet',
  })
  @IsFlag()
  _all_tenants?: string;

  @ExactFilter()
  key?: string[];

  @ExactFilter()
  visibility?: string[];

  @ExactFilter()
  is_hidden_value?: string[];

  @ExactFilter()
  tenant_name?: string[];

  @ExactFilter()
  created_by?: string[];
}

/** @throws BadParameters for what is not there yet */
export function toListWish(query: SecretListQuery): ListWish {
  if (flagOf(query._all_tenants) === true)
    throw new BadParameters('`_all_tenants` is not supported yet: ask for each tenant');
  const all = flagOf(query._get_all_results) === true;
  const names = Object.keys(FILTERS) as Filter[];
  return {
    size: all ? ALL : query._size,
    offset: all ? 0 : query._offset,
    search: query._search === undefined || query._search === '' ? undefined : query._search.normalize('NFKC'),
    sorts: (query._sort ?? []).map((name) => ({
      by: name.replace(/^[-+ ]/, '') as Sort,
      descending: name.startsWith('-'),
    })),
    filters: new Map(
      names.flatMap((name) => {
        const values = query[name];
        return values === undefined ? [] : [[name, values.map(booleanOrText(name))] as const];
      }),
    ),
  };
}

function booleanOrText(name: Filter): (value: string) => string {
  return name === 'is_hidden_value' ? (value) => value.toLowerCase() : (value) => value;
}
