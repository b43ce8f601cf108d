import type { ListCursor } from './list-cursor.js';
import type { ListWish } from './list-wish.js';
import { FILTERS } from './secret-columns.js';

/** Puts a value among those of the statement and gives the parameter that stands for it. */
export type AddValue = (value: unknown) => string;

/** What narrows a list, each part beginning with AND. Names come from our own lists; callers' words are values only. */
export function conditionsOf({ filters }: ListWish, add: AddValue): string {
  return [...filters]
    .map(
      ([name, wanted]) => ` AND ${FILTERS[name].replace('$', () => `${add(wanted.map(storable))}::text[]`)}`,
    )
    .join('');
}

export function searchCondition({ search }: ListWish, add: AddValue): string {
  return search === undefined ? '' : ` AND s.key ILIKE ${add(searchPattern(search).text)}`;
}

/** The rows that come after a cursor's. */
export function afterCursor({ by, descending, last }: ListCursor, add: AddValue): string {
  const columns = by === 'key' ? ['key', 'id'] : ['created_at', 'key', 'id'];
  const types = { key: 'text', id: 'uuid', created_at: 'timestamptz' } as const;
  const values = columns.map(
    (column, index) => `${add(last[index])}::${types[column as keyof typeof types]}`,
  );
  const compared = columns.map((column) => `s.${column}`).join(', ');
  return ` AND (${compared}) ${descending ? '<' : '>'} (${values.join(', ')})`;
}

/** A pattern that matches a part of a key, and whether an index on three characters in a row can find it. */
export function searchPattern(search: string): { text: string; hasTrigram: boolean } {
  const text = `%${storable(search).replace(/[\\%_]/g, '\\$&')}%`;
  return { text, hasTrigram: /[A-Za-z0-9]{3}/.test(search) };
}

/** The database cannot hold NUL; nothing that it holds has the replacement either. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}
