import type { EntityManager } from 'typeorm';
import { FILTERS, SORTS, type ListWish, type Sort } from './list-wish.js';
import type { SecretPage } from './secrets.repository.js';
import type { SecretDescription } from './stored-secret.js';

/** The tenant, the caller, and whether the caller administers the tenant: $1 to $3 below. */
export type ListScope = readonly [tenantId: string, userId: string, administers: boolean];

/** The tenant's own secrets that the caller sees, and the global ones of others. */
const SEEN_OWN = `s.tenant_id = $1 AND (s.visibility <> 'private' OR s.created_by = $2 OR $3)`;
const SEEN_FOREIGN = `s.visibility = 'global' AND s.tenant_id <> $1`;

const COLUMNS = `
  s.tenant_id AS "tenantId", t.name AS "tenantName", s.id, s.key, s.version, s.revision, s.visibility,
  s.is_hidden_value AS "isHiddenValue", s.created_by AS "creatorId", c.username AS "creatorName",
  s.created_at AS "createdAt", s.updated_at AS "updatedAt", s.provider_name AS "providerName"`;

const JOINS = 'JOIN users c ON c.id = s.created_by JOIN tenants t ON t.id = s.tenant_id';

/** In an order that an index has: the page's rows are found in it, and only they are read and joined. */
function pageInOrder(columns: readonly string[], descending: boolean): string {
  const order = (table: string): string =>
    columns.map((column) => `${table}${column}${descending ? ' DESC' : ''}`).join(', ');
  return `
    SELECT ${COLUMNS}
    FROM (
      (SELECT s.tenant_id, s.id, s.created_at, s.key FROM secrets s WHERE ${SEEN_OWN}
       ORDER BY ${order('s.')} LIMIT $4::bigint + $5::bigint)
      UNION ALL (SELECT s.tenant_id, s.id, s.created_at, s.key FROM secrets s WHERE ${SEEN_FOREIGN})
      ORDER BY ${order('')} LIMIT $4 OFFSET $5
    ) AS page
    JOIN secrets s ON s.tenant_id = page.tenant_id AND s.id = page.id ${JOINS}
    ORDER BY ${order('s.')}`;
}

/** The columns of an index that has the order that is wished for. */
const INDEXED: Partial<Record<Sort, readonly string[]>> = { created_at: ['created_at', 'key'], key: ['key'] };

/** The page as a statement on an index, where there is one: not where anything narrows the list. */
function indexedPage({ search, sorts, filters }: ListWish): string | undefined {
  if (search !== undefined || filters.size > 0 || sorts.length > 1) return undefined;
  const [{ by, descending } = { by: 'created_at', descending: false } as const] = sorts;
  const columns = INDEXED[by];
  return columns === undefined ? undefined : pageInOrder(columns, descending);
}

const COUNT_ALL = `
  SELECT (SELECT count(*) FROM secrets s WHERE ${SEEN_OWN}) + (SELECT count(*) FROM secrets s WHERE ${SEEN_FOREIGN})
    AS total`;

/** The page that is wished for, and how many there are on all pages together. */
export async function listSecrets(
  manager: EntityManager,
  scope: ListScope,
  wish: ListWish,
): Promise<SecretPage> {
  const { size, offset } = wish;
  const indexed = indexedPage(wish);
  if (indexed !== undefined) {
    const items = await manager.query<SecretDescription[]>(indexed, [...scope, size, offset]);
    return { items, total: await totalOf(manager, COUNT_ALL, scope) };
  }
  const values: unknown[] = [...scope];
  const from = `FROM secrets s ${JOINS} WHERE (${SEEN_OWN} OR ${SEEN_FOREIGN})${conditionsOf(wish, values)}`;
  const total = await totalOf(manager, `SELECT count(*) AS total ${from}`, values);
  const page = `LIMIT $${values.length + 1} OFFSET $${values.length + 2}`;
  const text = `SELECT ${COLUMNS} ${from} ORDER BY ${orderOf(wish)} ${page}`;
  return { items: await manager.query<SecretDescription[]>(text, [...values, size, offset]), total };
}

/** Names come from the lists of `list-wish.ts`; what the caller wrote goes into `values` only. */
function conditionsOf({ search, filters }: ListWish, values: unknown[]): string {
  const conditions = [...filters].map(
    ([name, wanted]) => ` AND ${FILTERS[name]} = ANY ($${values.push(wanted.map(storable))}::text[])`,
  );
  if (search !== undefined) {
    const pattern = `%${storable(search).replace(/[\\%_]/g, '\\$&')}%`;
    conditions.push(` AND s.key ILIKE $${values.push(pattern)}`);
  }
  return conditions.join('');
}

function orderOf({ sorts }: ListWish): string {
  const wished = sorts.map(({ by, descending }) => `${SORTS[by]}${descending ? ' DESC' : ''}`);
  return [...wished, 's.created_at', 's.key', 's.id'].join(', ');
}

/** The database cannot hold NUL; nothing that it holds has the replacement either. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

async function totalOf(manager: EntityManager, text: string, values: readonly unknown[]): Promise<number> {
  const [row] = await manager.query<[{ total: string }]>(text, [...values]);
  return Number(row.total);
}
