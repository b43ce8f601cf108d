import { quotedTimeText, timeText } from '../../database/page-request.js';

const json = (expression: string): string => `to_json(${expression})::text`;
const nullable = (text: string): string => `coalesce(${text}, 'null')`;

/**
 * Maps the fields of a secret that a list can show to SQL expressions of their JSON text. In the query `s` is the
 * secret, `c` and `t` are its creator and tenant with a `name` that is JSON text already, and `$3` is the caller.
 * Concatenating text costs half as much as building JSON objects in the database. The value is never included, not even
 * sealed: the field `value` is always empty.
 */
const LIST_FIELDS = {
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
  expires_at: nullable(quotedTimeText('s.expires_at')),
  is_expired: 'coalesce(secret_has_expired(s.expires_at), false)::text',
  labels: 's.labels::text',
  provider_options: `'null'`,
  schema: nullable('s.schema::text'),
} as const;
export type ListField = keyof typeof LIST_FIELDS;

/** Returns the SQL for the JSON text of an item. */
export function itemOf(fields: readonly ListField[]): string {
  const members = fields.map(
    (field, index) => `'${index === 0 ? '{' : ','}"${field}":' || ${LIST_FIELDS[field]}`,
  );
  return [...members, `'}'`].join(' || ');
}

/** Holds the fields of an item: those that `_include` may name, and those that an item has if it names none. */
export interface ItemFields {
  readonly all: readonly ListField[];
  readonly byDefault: readonly ListField[];
}

/** Lists the columns that every list reads. None of them holds anything that a list must not show. */
const COLUMNS = [
  ...['s.tenant_id', 's.id', 's.key', 's.visibility', 's.is_hidden_value', 's.provider_name'],
  ...['s.created_by', 's.created_at', 's.updated_at'],
];

/** Maps fields to columns that are read only for lists that show them. */
const OPTIONAL_COLUMNS: Partial<Record<ListField, string>> = {
  schema: 's.schema',
  description: 's.description',
  expires_at: 's.expires_at',
  is_expired: 's.expires_at',
  labels: 's.labels',
};

/**
 * Maps fields whose text may be long to measures of its size, each a lower bound in bytes. The first is the stored
 * size, which is known without reading the text; the text may be compressed and has a header of up to four bytes. The
 * second is the size of the text itself.
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
  return [...COLUMNS, ...new Set(fields.flatMap((field) => OPTIONAL_COLUMNS[field] ?? []))];
}

const TENANT_NAME = '(SELECT t.name FROM tenants t WHERE t.id = s.tenant_id)';
const CREATOR_NAME = '(SELECT c.username FROM users c WHERE c.id = s.created_by)';

/** Maps the fields that a search can look through to their columns. The value is never among them. */
export const SEARCH_FIELDS = { key: 's.key', description: 's.description' } as const;
export type SearchField = keyof typeof SEARCH_FIELDS;

/** Maps the fields that a list can be sorted by to SQL expressions. The value is never among them. */
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
  expires_at: 's.expires_at',
} as const;
export type Sort = keyof typeof SORTS;

/** Lists the sorts that version 3 has. */
export const SORTS_V3 = Object.keys(SORTS).filter((name) => name !== 'expires_at');

/**
 * Maps the fields that a list can be filtered by to conditions; `$` stands for the wanted values, one of which must
 * match. The value of the secret is never among the fields.
 */
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
