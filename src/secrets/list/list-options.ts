import type { FilterRule } from './filter-rule.js';
import type { ListCursor } from './list-cursor.js';
import type { Filter, ListField, SearchField, Sort } from './list-fields.js';

/** Finds secrets by a part of any of these fields, in any case. */
export interface Search {
  readonly text: string;
  readonly fields: readonly SearchField[];
}

/** Which secrets a list is to have, what of them, and in which order; by creation where nothing else is said. */
export interface ListOptions {
  readonly fields: readonly ListField[];
  /** Whether these are all fields that such a list has. */
  readonly whole: boolean;
  /** At most this many. */
  readonly size: number;
  readonly offset: number;
  /** Where the page starts; `start` for the first page of a list that goes on by cursor, undefined for one by offset. */
  readonly after: ListCursor | 'start' | undefined;
  /** Every tenant in which the caller may list, not only the one of the request. */
  readonly allTenants: boolean;
  readonly search: Search | undefined;
  readonly sorts: readonly { readonly by: Sort; readonly descending: boolean }[];
  /** Each with the values of which one must match. */
  readonly filters: ReadonlyMap<Filter, readonly string[]>;
  /** Of a search: all must hold, and what they leave out is counted. */
  readonly rules?: readonly FilterRule[];
}

/** Whether nothing of how a list of one tenant is made is the caller's choice, but its size and its place. */
export function isPlain({ whole, allTenants, search, sorts, filters, rules }: ListOptions): boolean {
  const isNarrowed = search !== undefined || rules !== undefined || filters.size > 0;
  return whole && !allTenants && !isNarrowed && sorts.length === 0;
}

/** A page as JSON text of its items, made by the database. */
export interface SecretPage {
  readonly items: string;
  /** How many there are on all pages; not counted for pages by cursor. */
  readonly total: number | undefined;
  /** How many more there would be without the rules; undefined where there are none, and for pages by cursor. */
  readonly filtered: number | undefined;
  /** Where the next page starts, for pages by cursor while there may be one. */
  readonly next: string | undefined;
}
