import type { EntityManager } from 'typeorm';
import { toStorableText } from './storable-text.js';
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
}

/** Reads a page of a list. The caller's texts are passed as parameters; column names come from `columns` only. */
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
  const items = await manager.query<R[]>(
    `SELECT ${source.select} ${fromAndWhere} ORDER BY ${orderOf(source, options)} ${page}`,
    [...values, options.size, options.offset],
  );
  return { items, total };
}

function conditionsOf<F extends string>(
  { columns, searched }: ListSource<F>,
  { filters, search }: PageRequest<F>,
  values: unknown[],
): string {
  const conditions = [...filters].map(([name, matches]) => {
    const { sql, text = sql, ignoresCase = false }: ListColumn = columns[name];
    const texts = matches.map((value) => toStorableText(ignoresCase ? value.toLowerCase() : value));
    return `${ignoresCase ? `lower(${text})` : text} = ANY ($${values.push(texts)}::text[])`;
  });
  if (search !== undefined) {
    conditions.push(`strpos(lower(${searched}), lower($${values.push(toStorableText(search))}::text)) > 0`);
  }
  return conditions.map((condition) => ` AND ${condition}`).join('');
}

function orderOf<F extends string>({ columns, order }: ListSource<F>, { sorts }: PageRequest<F>): string {
  return [...sorts.map(({ by, descending }) => `${columns[by].sql}${descending ? ' DESC' : ''}`), order].join(
    ', ',
  );
}
