import type { Expiry } from '../../common/expiry.js';
import type { LabelPair } from '../labels/label-rule.js';
import type { FilterRule } from './filter-rule.js';
import type { ListCursor } from './list-cursor.js';
import type { Filter, ListField, SearchField, Sort } from './list-fields.js';

/** Describes a search for a part of any of these fields, ignoring case. */
export interface Search {
  readonly text: string;
  readonly fields: readonly SearchField[];
}

/** Selects the secrets of a list, their fields and their order, which is that of creation by default. */
export interface ListOptions {
  readonly fields: readonly ListField[];
  /** True if these are the fields that such a list has by default. */
  readonly whole: boolean;
  /** The maximum number of items. */
  readonly size: number;
  readonly offset: number;
  /** True for all items in one answer, which is refused if it would be too large; a page ends early instead. */
  readonly all: boolean;
  /** The start of the page: `start` for the first page of a list by cursor, undefined for a list by offset. */
  readonly after: ListCursor | 'start' | undefined;
  /** True to list every tenant in which the caller may list, not only the one of the request. */
  readonly allTenants: boolean;
  readonly search: Search | undefined;
  readonly sorts: readonly { readonly by: Sort; readonly descending: boolean }[];
  /** The values of each filter, one of which must match. */
  readonly filters: ReadonlyMap<Filter, readonly string[]>;
  /** The labels that a secret must have. */
  readonly labels: readonly LabelPair[];
  /** True for what has expired, false for what has not. */
  readonly expired: boolean | undefined;
  readonly expiresBefore: Expiry | undefined;
  /** The days for which a secret must not have been read: those of the listed tenants only. */
  readonly notReadFor: number | undefined;
  /** The rules of a search: all must hold, and the secrets that they exclude are counted. */
  readonly rules?: readonly FilterRule[];
}

/** Tells whether a list of one tenant is the default one, of which the caller chooses only size and offset. */
export function isPlain({ whole, allTenants, sorts, filters, labels, ...options }: ListOptions): boolean {
  const { search, rules, expired, expiresBefore, notReadFor } = options;
  const narrowing = [search, rules, expired, expiresBefore, notReadFor];
  const isNarrowed = narrowing.some((each) => each !== undefined) || filters.size > 0 || labels.length > 0;
  return whole && !allTenants && !isNarrowed && sorts.length === 0;
}

/** Holds a page, with its items as JSON text that the database made. */
export interface SecretPage {
  readonly items: string;
  /** The number of items on all pages; undefined for pages by cursor. */
  readonly total: number | undefined;
  /** The number of items that the rules excluded; undefined without rules, and for pages by cursor. */
  readonly filtered: number | undefined;
  /** The cursor of the next page, if there may be one: after the last item, also where the page ended early. */
  readonly next: string | undefined;
}
