import { quotedTimeText, timeText } from '../../database/page-request.js';

const json = (expression: string): string => `to_json(${expression})::text`;
const nullable = (text: string): string => `coalesce(${text}, 'null')`;

/**
 * Maps the fields that a list can show of a secret to JSON text, in a query where `s` is the secret, `c` and `t` its creator and tenant
 * with a `name` that is JSON text already, and `$3` the caller. Text put together costs half of what objects do that
 * the database makes and then writes. Never the value, not even sealed: what clients know by that name is empty here.
 */
export const LIST_FIELDS = {
  key: json('s.key'),
  value: `'""'`,
  created_at: quotedTimeText('s.created_at'),
  updated_at: quotedTimeText('s.updated_at'),
  permission: `CASE WHEN s.created_by = $3 THEN '"creator"' ELSE '""' END`,
  visibility: json('s.visibility'),
  resource_availability: json('s.visibility'),
  private_resource: `(s.visibility = 'private')::text`,
  is_hidden_value: 's.is_hidden_value::text',
  tenant_name: 't.name',
  created_by: 'c.name',
  provider_name: nullable(json('s.provider_name')),
  description: nullable(json('s.description')),
  provider_options: `'null'`,
  schema: nullable('s.schema::text'),
} as const;
export type ListField = keyof typeof LIST_FIELDS;

/** Holds the fields of an item: those that `_include` may name, and those that an item has if it names none. */
export interface ItemFields {
  readonly all: readonly ListField[];
  readonly byDefault: readonly ListField[];
}

/** The columns that the fields of every list are made of: nothing that a list may not show. */
const COLUMNS = [
  ...['s.tenant_id', 's.id', 's.key', 's.visibility', 's.is_hidden_value', 's.provider_name'],
  ...['s.created_by', 's.created_at', 's.updated_at'],
];

/** Columns that are read only for lists that show them. */
const OPTIONAL_COLUMNS: Partial<Record<ListField, string>> = {
  schema: 's.schema',
  description: 's.description',
};

/**
 * Maps fields whose text may be long to measures of it, each a lower bound of its bytes: as it is stored, perhaps
 * compressed and with a header of up to four bytes, which is known without reading it, and then as it is.
 */
const LONG_FIELDS: Partial<Record<ListField, readonly string[]>> = {
  schema: ['greatest(pg_column_size(s.schema) - 4, 0)', 'octet_length(s.schema::text)'],
};

/** Returns measures of the long field among these, as SQL, cheap ones first; none if there is no such field. */
export function longMeasuresOf(fields: readonly ListField[]): readonly string[] {
  return fields.flatMap((field) => LONG_FIELDS[field] ?? []);
}

/** Returns the columns that a list with these fields reads. */
export function columnsOf(fields: readonly ListField[]): string[] {
  return [...COLUMNS, ...fields.flatMap((field) => OPTIONAL_COLUMNS[field] ?? [])];
}

const TENANT_NAME = '(SELECT t.name FROM tenants t WHERE t.id = s.tenant_id)';
const CREATOR_NAME = '(SELECT c.username FROM users c WHERE c.id = s.created_by)';

/** Maps what a search can look through to its column. Never the value. */
export const SEARCH_FIELDS = { key: 's.key', description: 's.description' } as const;
export type SearchField = keyof typeof SEARCH_FIELDS;

/** Maps the fields that a list can be sorted by to SQL expressions. Never the value. */
export const SORTS = {
  key: 's.key',
  created_at: 's.created_at',
  updated_at: 's.updated_at',
  visibility: 's.visibility',
  resource_availability: 's.visibility',
  is_hidden_value: 's.is_hidden_value',
  tenant_name: TENANT_NAME,
  created_by: CREATOR_NAME,
  provider_name: 's.provider_name',
} as const;
export type Sort = keyof typeof SORTS;

/** Maps the fields that a list can be filtered by to conditions; `$` stands for the values, one of which must match. Never the value. */
export const FILTERS = {
  key: 's.key = ANY ($)',
  visibility: 's.visibility = ANY ($)',
  resource_availability: 's.visibility = ANY ($)',
  private_resource: `(s.visibility = 'private')::text = ANY ($)`,
  is_hidden_value: 's.is_hidden_value::text = ANY ($)',
  created_at: `${timeText('s.created_at')} = ANY ($)`,
  updated_at: `${timeText('s.updated_at')} = ANY ($)`,
  tenant_name: 's.tenant_id IN (SELECT t.id FROM tenants t WHERE t.name = ANY ($))',
  provider_name: 's.provider_name = ANY ($)',
  created_by: 's.created_by IN (SELECT c.id FROM users c WHERE c.username = ANY ($))',
} as const;
export type Filter = keyof typeof FILTERS;
