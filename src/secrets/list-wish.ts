/** What a list can be sorted by, and what that is in the list's query. Never the value. */
export const SORTS = {
  key: 's.key',
  created_at: 's.created_at',
  updated_at: 's.updated_at',
  visibility: 's.visibility',
  resource_availability: 's.visibility',
  is_hidden_value: 's.is_hidden_value',
  tenant_name: 't.name',
  created_by: 'c.username',
} as const;
export type Sort = keyof typeof SORTS;

/** What a list can be narrowed by, as text in the list's query. Never the value. */
export const FILTERS = {
  key: 's.key',
  visibility: 's.visibility',
  is_hidden_value: 's.is_hidden_value::text',
  tenant_name: 't.name',
  created_by: 'c.username',
} as const;
export type Filter = keyof typeof FILTERS;

/** Which secrets a list is to have, and in which order; by creation where nothing else is said. */
export interface ListWish {
  readonly size: number;
  readonly offset: number;
  /** A part of the key, in any case. */
  readonly search: string | undefined;
  readonly sorts: readonly { readonly by: Sort; readonly descending: boolean }[];
  /** Each with the values of which one must match. */
  readonly filters: ReadonlyMap<Filter, readonly string[]>;
}
