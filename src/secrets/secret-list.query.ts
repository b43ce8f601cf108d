import type { EntityManager } from 'typeorm';
import { encodeCursor, type ListCursor } from './list-cursor.js';
import { findKeys } from './list-search.js';
import type { ListScope } from './list-scope.js';
import { PageStatement } from './page-statement.js';
import type { ListWish, SecretPage } from './list-wish.js';

interface PageRow {
  items: string;
  total: number | null;
  unruled: number | null;
  count: number;
  last: string[] | null;
}

/** The page that is wished for, in one statement, so that what it counts is what it shows. */
export async function listSecrets(
  manager: EntityManager,
  scope: ListScope,
  wish: ListWish,
): Promise<SecretPage> {
  const statement = new PageStatement(scope, wish, await findKeys(manager, scope, wish.search));
  const text = statement.text();
  const [row] = await manager.query<[PageRow]>(text, statement.values);
  const total = row.total ?? undefined;
  const filtered = total === undefined || row.unruled === null ? undefined : row.unruled - total;
  return { items: row.items, total, filtered, next: nextOf(wish, row) };
}

function nextOf({ after, size, sorts }: ListWish, { count, last }: PageRow): string | undefined {
  if (after === undefined || count < size || last === null) return undefined;
  const [{ by, descending } = { by: 'created_at' as const, descending: false }] = sorts;
  return encodeCursor({ by: by as ListCursor['by'], descending, last });
}
