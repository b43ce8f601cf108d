import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../database/named-query.js';
import { encodeCursor, type ListCursor } from './list-cursor.js';
import { findKeys } from './list-search.js';
import type { ListScope } from './list-scope.js';
import { PageStatement } from './page-statement.js';
import { isPlain, type ListWish, type SecretPage } from './list-wish.js';

interface PageRow {
  items: string;
  total: number | null;
  unruled: number | null;
  last: string[] | null;
}

/** The page that is wished for, in one statement, so that what it counts is what it shows. */
export async function listSecrets(
  manager: EntityManager,
  scope: ListScope,
  wish: ListWish,
): Promise<SecretPage> {
  const statement = new PageStatement(scope, wish, await findKeys(manager, scope, wish.search));
  const row = await ask(manager, statement.text(), statement.values, isPlain(wish));
  const total = row.total ?? undefined;
  const filtered = total === undefined || row.unruled === null ? undefined : row.unruled - total;
  return { items: row.items, total, filtered, next: nextOf(wish, row) };
}

/** Lists that callers made no two alike would fill the server's memory with plans if they had names. */
async function ask(
  manager: EntityManager,
  text: string,
  values: unknown[],
  isNamed: boolean,
): Promise<PageRow> {
  const name = `list_${createHash('sha256').update(text).digest('base64url')}`;
  const [row] = isNamed
    ? await namedQueryIn<PageRow>(manager, name, text, values)
    : await manager.query<PageRow[]>(text, values);
  if (row === undefined) throw new Error('A page has one row');
  return row;
}

function nextOf({ sorts }: ListWish, { last }: PageRow): string | undefined {
  if (last === null) return undefined;
  const [{ by, descending } = { by: 'created_at' as const, descending: false }] = sorts;
  return encodeCursor({ by: by as ListCursor['by'], descending, last });
}
