import type { EntityManager } from 'typeorm';
import { TooCostly } from '../../common/errors.js';
import { searchPattern } from './list-conditions.js';
import type { Search } from './list-options.js';
import { findByIndex, FOUND_NOTHING, type FoundSecrets } from './found-secrets.js';
import { SEEN, scopeSql, type ListScope } from './list-scope.js';

/** Lists the fields with an index on parts of their text. */
const INDEXED: ReadonlySet<string> = new Set(['key']);

/** Limits the secrets of a list in which a search may look for keys without an index. */
const MOST_SCANNED = 10_000;

const FIND = `
  SELECT own.tenant_ids AS "ownTenants", own.ids AS "ownIds", other.tenant_ids AS "otherTenants", other.ids AS "otherIds"
  FROM search_secret_keys($1, $2, $3, $4, $5, false) AS own, search_secret_keys($1, $2, $3, $4, $5, true) AS other`;

/**
 * Finds keys by an index on their parts. Finds nothing if the search is too short for the index, or looks through other
 * fields too.
 * @throws TooCostly if it is too short, and the caller sees too many secrets to look through all of them
 */
export async function findKeys(
  manager: EntityManager,
  scope: ListScope,
  search: Search | undefined,
): Promise<FoundSecrets> {
  const isIndexed = search?.fields.every((field) => INDEXED.has(field)) === true;
  if (!isIndexed) return FOUND_NOTHING;
  const pattern = searchPattern(search.text);
  if (!pattern.hasTrigram) {
    await requireFewSecrets(manager, scope);
    return FOUND_NOTHING;
  }
  return findByIndex(manager, scope, { statement: FIND, parameters: [pattern.text], by: 'key' });
}

/** Counts the secrets that the caller sees, no further than necessary. Others must not affect the answer. */
async function requireFewSecrets(manager: EntityManager, scope: ListScope): Promise<void> {
  const { listed, foreign, values } = scopeSql(scope);
  const most = `LIMIT ${MOST_SCANNED + 1}`;
  const [{ seen }] = await manager.query<[{ seen: number }]>(
    `SELECT count(*)::integer AS seen FROM (
       (SELECT 1 FROM ${listed} JOIN secrets s ON s.tenant_id = own.tenant_id AND ${SEEN} ${most})
       UNION ALL
       (SELECT 1 FROM secrets s WHERE ${foreign} ${most})
     ) AS listed`,
    [...values],
  );
  if (seen > MOST_SCANNED)
    throw new TooCostly(
      `\`_search\`: among more than ${MOST_SCANNED} secrets, a part of a key needs three letters or digits in a row; ` +
        'give a longer part, or the whole key as `key`',
    );
}
