import type { EntityManager } from 'typeorm';
import { itemTooLarge, maxListBytes, tooLargeForAll } from '../common/list-bounds.js';
import type { ListColumn, ListColumns, Page, PageRequest } from './page-request.js';

/** Describes the SQL of a list. */
export interface ListSource<F extends string> {
  /** The selected columns of an item. */
  readonly select: string;
  /** FROM and a WHERE that selects all items; `values` holds its parameters. */
  readonly from: string;
  readonly values?: readonly unknown[];
  readonly columns: ListColumns<F>;
  /** The expression that a search looks through. */
  readonly searched: string;
  /** The default order, which also breaks ties in a requested order. No two items may be equal in it. */
  readonly order: string;
  /** The size of an item in the answer, in bytes, unless its columns bound it to a few hundred. */
  readonly bytes?: string;
}

/**
 * Reads a page of a list. The caller's texts are passed as parameters; column names come from `columns` only.
 * @throws TooCostly if all items together, or one item alone, are too large for one answer
 */
export async function listRows<R, F extends string>(
  manager: EntityManager,
  source: ListSource<F>,
  options: PageRequest<F>,
): Promise<Page<R>> {
  const values: unknown[] = [...(source.values ?? [])];
  const fromAndWhere = `${source.from}${conditionsOf(source, options, values)}`;
  const [{ total }] = await manager.query<[{ total: number }]>(
    `SELECT count(*)::integer AS total ${fromAndWhere}`,
    values,
  );
  if (options.size === 0) return { items: [], total };
  const page = `LIMIT $${values.length + 1} OFFSET $${values.length + 2}`;
  const part = `${fromAndWhere} ORDER BY ${orderOf(source, options)} ${page}`;
  const size = await fittingSize(manager, source, options, (select) => ({
    text: `SELECT ${select} ${part}`,
    values: [...values, options.size, options.offset],
  }));
  const items = await manager.query<R[]>(`SELECT ${source.select} ${part}`, [
    ...values,
    size,
    options.offset,
  ]);
  return { items, total };
}

/** Returns the number of items that fit into an answer, computed before any item is built. */
async function fittingSize<F extends string>(
  manager: EntityManager,
  { bytes }: ListSource<F>,
  options: PageRequest<F>,
  pageOf: (select: string) => { readonly text: string; readonly values: unknown[] },
): Promise<number> {
  if (bytes === undefined) return options.size;
  const { text, values } = pageOf(`${bytes} AS bytes`);
  const [{ asked, fitting }] = await manager.query<[{ asked: number; fitting: number }]>(
    `SELECT count(*)::integer AS asked, count(*) FILTER (WHERE upto <= ${maxListBytes(options)})::integer AS fitting
     FROM (SELECT sum(page.bytes) OVER (ROWS UNBOUNDED PRECEDING) AS upto FROM (${text}) AS page) AS counted`,
    values,
  );
  if (fitting === asked) return options.size;
  if (options.all) throw tooLargeForAll();
  if (fitting === 0) throw itemTooLarge();
  return fitting;
}

function conditionsOf<F extends string>(
  { columns, searched }: ListSource<F>,
  { filters, search }: PageRequest<F>,
  values: unknown[],
): string {
  const conditions = [...filters].map(([name, matches]) => {
    const { sql, text = sql, ignoresCase = false }: ListColumn = columns[name];
    const texts = matches.map((value) => (ignoresCase ? value.toLowerCase() : value));
    return `${ignoresCase ? `lower(${text})` : text} = ANY ($${values.push(texts)}::text[])`;
  });
  if (search !== undefined) {
    conditions.push(`strpos(lower(${searched}), lower($${values.push(search)}::text)) > 0`);
  }
  return conditions.map((condition) => ` AND ${condition}`).join('');
}

function orderOf<F extends string>({ columns, order }: ListSource<F>, { sorts }: PageRequest<F>): string {
  return [...sorts.map(({ by, descending }) => `${columns[by].sql}${descending ? ' DESC' : ''}`), order].join(
    ', ',
  );
}

/**
 * Checks that one item fits into an answer.
 * @param bytes selects its size as `bytes`, by the id of the item
 * @throws TooCostly if it does not fit
 */
export async function requireFittingItem(manager: EntityManager, bytes: string, id: string): Promise<void> {
  const [item] = await manager.query<{ fits: boolean }[]>(
    `SELECT item.bytes <= ${maxListBytes({ all: true })} AS fits FROM (SELECT ${bytes}) AS item`,
    [id],
  );
  if (item?.fits === false) throw itemTooLarge();
}
