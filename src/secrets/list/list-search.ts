import type { EntityManager } from 'typeorm';
import { searchPattern } from './list-conditions.js';
import type { Search } from './list-options.js';
import type { ListScope } from './list-scope.js';

/** Identifies the secrets that a search found. */
export interface KeyMatches {
  readonly tenantIds: readonly string[];
  readonly ids: readonly string[];
}

/** Holds the matches in the listed tenants and among global secrets of others; undefined if there are too many to select by id. */
export interface FoundSecrets {
  readonly own: KeyMatches | undefined;
  readonly foreign: KeyMatches | undefined;
}

/** With more matches than this, scanning in the order of the list finds a page sooner. */
const MOST_PICKED = 3_000;

/** Fields with an index on parts of their text. */
const INDEXED: ReadonlySet<string> = new Set(['key']);

const FIND = `
  SELECT own.tenant_ids AS "ownTenants", own.ids AS "ownIds", other.tenant_ids AS "otherTenants", other.ids AS "otherIds"
  FROM search_secret_keys($1, $2, $3, false) AS own, search_secret_keys($1, $2, $3, true) AS other`;

/**
 * Finds keys by an index on their parts. Finds nothing where the search is too short for the index, or looks through
 * other fields too.
 */
export async function findKeys(
  manager: EntityManager,
  { tenants }: ListScope,
  search: Search | undefined,
): Promise<FoundSecrets> {
  const isIndexed = search?.fields.every((field) => INDEXED.has(field)) === true;
  const pattern = isIndexed ? searchPattern(search.text) : undefined;
  if (pattern?.hasTrigram !== true) return { own: undefined, foreign: undefined };
  type Ids = string[] | null;
  const [row] = await manager.query<[Record<'ownTenants' | 'ownIds' | 'otherTenants' | 'otherIds', Ids>]>(
    FIND,
    [tenants.map(({ id }) => id), pattern.text, MOST_PICKED],
  );
  return { own: matches(row.ownTenants, row.ownIds), foreign: matches(row.otherTenants, row.otherIds) };
}

function matches(tenantIds: string[] | null, ids: string[] | null): KeyMatches | undefined {
  return tenantIds === null || ids === null ? undefined : { tenantIds, ids };
}
