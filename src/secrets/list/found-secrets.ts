import type { EntityManager } from 'typeorm';
import type { ListScope } from './list-scope.js';

/** Identifies secrets that were found by an index, and says what by: a part of the key, or labels. */
export interface Matches {
  readonly tenantIds: readonly string[];
  readonly ids: readonly string[];
  readonly by: 'key' | 'labels';
}

/**
 * Holds the matches in the listed tenants and among global secrets of others; undefined if there are too many to select
 * by id, or nothing is looked for that an index has.
 */
export interface FoundSecrets {
  readonly own: Matches | undefined;
  readonly foreign: Matches | undefined;
}

/** Limits the matches that are selected by id; with more, scanning in the order of the list finds a page sooner. */
const MOST_PICKED = 3_000;

export const FOUND_NOTHING: FoundSecrets = { own: undefined, foreign: undefined };

/**
 * Runs a statement that finds secrets by an index, in the caller's tenants and among the global ones of others.
 * @param statement takes the tenants, whether the caller administers each, the caller, the parameters, and `MOST_PICKED`
 */
export async function findByIndex(
  manager: EntityManager,
  { tenants, userId }: ListScope,
  { statement, parameters, by }: IndexSearch,
): Promise<FoundSecrets> {
  type Ids = string[] | null;
  const [row] = await manager.query<[Record<'ownTenants' | 'ownIds' | 'otherTenants' | 'otherIds', Ids>]>(
    statement,
    [
      tenants.map(({ id }) => id),
      tenants.map(({ administers }) => administers),
      userId,
      ...parameters,
      MOST_PICKED,
    ],
  );
  const matches = (tenantIds: Ids, ids: Ids): Matches | undefined =>
    tenantIds === null || ids === null ? undefined : { tenantIds, ids, by };
  return { own: matches(row.ownTenants, row.ownIds), foreign: matches(row.otherTenants, row.otherIds) };
}

interface IndexSearch {
  readonly statement: string;
  readonly parameters: readonly unknown[];
  readonly by: Matches['by'];
}
