import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { ApiVersion } from '../../../api/http/api-version.decorator.js';
import { ExactFilter } from '../../../api/lists/exact-filter.decorator.js';
import { includedFields } from '../../../api/lists/included-fields.js';
import { flagOf, IsFlag } from '../../../api/input/is-flag.decorator.js';
import { ListQuery, partOf, searchOf } from '../../../api/lists/list.query.js';
import { Repeatable } from '../../../api/input/repeatable.decorator.js';
import { mustBeOneOf } from '../../../common/names/one-of.js';
import { printable } from '../../../common/printable.js';
import { SortableBy, sortsOf } from '../../../api/lists/sortable-by.decorator.js';
import { BadParameters } from '../../../common/errors.js';
import { readSecretExpiry } from '../../expiry/secret-expiry.js';
import { labelPairOf } from '../../labels/label-filter.js';
import { VISIBILITIES } from '../../secret.js';
import { CURSOR_ORDERS, decodeCursor } from '../list-cursor.js';
import type { ListOptions } from '../list-options.js';
import {
  FILTERS,
  SEARCH_FIELDS,
  SORTS,
  SORTS_V3,
  type Filter,
  type ItemFields,
  type ListField,
  type SearchField,
  type Sort,
} from '../list-fields.js';

/** Limits the length of a cursor, which holds a key of at most 256 characters, a time and an id. */
const LONGEST_CURSOR = 512;
const BOOLEANS: ReadonlySet<Filter> = new Set(['is_hidden_value', 'private_resource']);

/** Lists the values of the fields that have only a few. */
const FIXED_VALUES: Readonly<Partial<Record<Filter, readonly string[]>>> = {
  visibility: VISIBILITIES,
  resource_availability: VISIBILITIES,
  is_hidden_value: ['true', 'false'],
  private_resource: ['true', 'false'],
};

/** Declares the query parameters of a list of secrets. Booleans may be written as text in any case. */
export class SecretListQuery extends ListQuery {
  @SortableBy(SORTS_V3)
  _sort?: string[];

  @ApiPropertyOptional({
    type: Boolean,
    description: 'Every tenant in which the caller may list, by the roles that the caller has there',
  })
  @IsFlag()
  _all_tenants?: string;

  @ApiPropertyOptional({
    type: String,
    maxLength: LONGEST_CURSOR,
    description:
      'Pages by cursor, without a total: empty for the first, then what `metadata.next` says. ' +
      'Goes with `_sort` by `key` or `created_at`, and without `_offset`',
  })
  @IsOptional()
  @MaxLength(LONGEST_CURSOR, { message: `\`_after\` can be at most ${LONGEST_CURSOR} characters long` })
  @IsString({ message: '`_after` must be a string' })
  _after?: string;

  @ApiPropertyOptional({
    type: [String],
    description:
      'What `_search` looks through, with commas between or one each time: key, and under `/api/v3.1` description; key ' +
      'where nothing is said',
  })
  @IsOptional()
  @IsString({ each: true })
  @Repeatable()
  _search_in?: string[];

  @ExactFilter()
  key?: string[];

  @ExactFilter()
  visibility?: string[];

  @ExactFilter()
  resource_availability?: string[];

  @ExactFilter()
  private_resource?: string[];

  @ExactFilter()
  is_hidden_value?: string[];

  @ExactFilter()
  tenant_name?: string[];

  @ExactFilter()
  created_by?: string[];

  @ExactFilter()
  provider_name?: string[];

  @ExactFilter()
  created_at?: string[];

  @ExactFilter()
  updated_at?: string[];
}

/** Describes the parameters that only version 3.1 has. */
interface ParametersV31 {
  readonly _label?: readonly string[];
  readonly _expired?: unknown;
  readonly _expires_before?: string;
  readonly _not_read_for?: number;
}

/**
 * Returns what a list was asked for. Under version 3.1 a filter by a value that no secret can have is refused; under
 * version 3 it finds nothing, as in Cloudify.
 * @throws BadParameters, NoSuchIncludeField
 */
export function toListOptions(
  query: SecretListQuery & ParametersV31,
  fields: ItemFields,
  version: ApiVersion,
): ListOptions {
  const sorts = sortsOf(query._sort, Object.keys(SORTS) as Sort[]);
  return {
    ...partOf(query),
    ...fieldsOf(query, fields),
    after: afterOf(query, sorts),
    allTenants: flagOf(query._all_tenants) === true,
    search: searchIn(query, fields.all),
    sorts,
    filters: filtersOf(query, version),
    labels: (query._label ?? []).map(labelPairOf),
    expired: flagOf(query._expired),
    expiresBefore: query._expires_before === undefined ? undefined : readSecretExpiry(query._expires_before),
    notReadFor: query._not_read_for,
  };
}

/** @throws BadParameters for a field that cannot be searched, or that the list does not have */
function searchIn(query: SecretListQuery, fields: readonly ListField[]): ListOptions['search'] {
  const names = (query._search_in ?? []).flatMap((list) => list.split(',')).filter((name) => name !== '');
  const known = (Object.keys(SEARCH_FIELDS) as SearchField[]).filter((name) => fields.includes(name));
  const unknown = names.find((name) => !known.some((field) => field === name));
  if (unknown !== undefined)
    throw new BadParameters(
      `\`_search_in\`: there is no "${printable(unknown)}": it ${mustBeOneOf(known, unknown)}`,
    );
  const text = searchOf(query);
  if (text === undefined) return undefined;
  return { text, fields: names.length === 0 ? ['key'] : known.filter((name) => names.includes(name)) };
}

function fieldsOf(
  query: SecretListQuery,
  { all, byDefault }: ItemFields,
): Pick<ListOptions, 'fields' | 'whole'> {
  const fields = includedFields(query._include, all, byDefault);
  const isDefault = fields.length === byDefault.length;
  return { fields, whole: isDefault && fields.every((field, index) => field === byDefault[index]) };
}

function afterOf(query: SecretListQuery, sorts: ListOptions['sorts']): ListOptions['after'] {
  if (query._after === undefined) return undefined;
  const [{ by, descending } = { by: 'created_at', descending: false } as const, ...more] = sorts;
  const order = CURSOR_ORDERS.find((name) => name === by);
  if (order === undefined || more.length > 0)
    throw new BadParameters(`\`_after\` goes with one \`_sort\`, by ${CURSOR_ORDERS.join(' or ')}`);
  if (query._offset > 0 || flagOf(query._get_all_results) === true)
    throw new BadParameters('`_after` goes without `_offset` and `_get_all_results`');
  return query._after === '' ? 'start' : decodeCursor(query._after, { by: order, descending });
}

function filtersOf(query: SecretListQuery, version: ApiVersion): ListOptions['filters'] {
  const names = Object.keys(FILTERS) as Filter[];
  return new Map(
    names.flatMap((name) => {
      const values = query[name]?.map(booleanOrText(name));
      if (values === undefined) return [];
      if (version === 'v3.1') requirePossible(name, values);
      return [[name, values] as const];
    }),
  );
}

function requirePossible(name: Filter, values: readonly string[]): void {
  const possible = FIXED_VALUES[name];
  const impossible = values.find((value) => possible?.includes(value) === false);
  if (possible !== undefined && impossible !== undefined)
    throw new BadParameters(`\`${name}\` ${mustBeOneOf(possible, impossible)}`);
}

function booleanOrText(name: Filter): (value: string) => string {
  return BOOLEANS.has(name) ? (value) => value.toLowerCase() : (value) => value;
}
