import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { tooLargeForAll } from '../../common/list-bounds.js';
import { namedQueryIn } from '../../database/named-query.js';
import { encodeCursor, type ListCursor } from './list-cursor.js';
import { findByLabels } from '../labels/label-search.js';
import type { FoundSecrets } from './found-secrets.js';
import { findKeys } from './list-search.js';
import type { ListScope } from './list-scope.js';
import { PageStatement } from './page-statement.js';
import { isPlain, type ListOptions, type SecretPage } from './list-options.js';

interface PageRow {
  /** Null if all items were requested and are too large for one answer. */
  items: string | null;
  total: number | null;
  unruled: number | null;
  last: string[] | null;
}

/**
 * Returns a page, or all results, from one statement, so that its counts match its items.
 * @throws TooCostly if all results are too large for one answer, or the search is too costly for so many secrets
 */
export async function listSecrets(
  manager: EntityManager,
  scope: ListScope,
  options: ListOptions,
): Promise<SecretPage> {
  const statement = new PageStatement(scope, options, await find(manager, scope, options));
  const row = await ask(manager, statement.text(), statement.values, isPlain(options));
  if (row.items === null) throw tooLargeForAll();
  const total = row.total ?? undefined;
  const filtered = total === undefined || row.unruled === null ? undefined : row.unruled - total;
  return { items: row.items, total, filtered, next: nextOf(options, row) };
}

/** Finds what an index has of what a list asks for: by a part of the key, or else by labels. */
async function find(manager: EntityManager, scope: ListScope, options: ListOptions): Promise<FoundSecrets> {
  const byKey = await findKeys(manager, scope, options.search);
  if (byKey.own !== undefined && byKey.foreign !== undefined) return byKey;
  const byLabels = await findByLabels(manager, scope, options);
  return { own: byKey.own ?? byLabels.own, foreign: byKey.foreign ?? byLabels.foreign };
}

/** Runs the statement. Only default lists have names: named statements of many kinds would fill the server's memory. */
async function ask(
  manager: EntityManager,
  text: string,
  values: unknown[],
  isNamed: boolean,
): Promise<PageRow> {
  const name = `list_${createHash('sha256').update(text).digest('base64url')}`;
  const [row] = isNamed
    ? await namedQueryIn<PageRow>(manager, { name, text, values })
    : await manager.query<PageRow[]>(text, values);
  if (row === undefined) throw new Error('A page has one row');
  return row;
}

function nextOf({ sorts }: ListOptions, { last }: PageRow): string | undefined {
  if (last === null) return undefined;
  const [{ by, descending } = { by: 'created_at' as const, descending: false }] = sorts;
  return encodeCursor({ by: by as ListCursor['by'], descending, last });
}
