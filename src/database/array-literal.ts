/**
 * Formats a list as the text of a PostgreSQL array (manual, 8.15.2), null as NULL. The driver's own conversion looks at
 * each element twice and costs more than everything else in sending a batch.
 */
export function arrayLiteral(items: readonly (string | null)[]): string {
  return `{${items.map(element).join()}}`;
}

const SPECIAL = /["\\]/;

function element(item: string | null): string {
  if (item === null) return 'NULL';
  if (!SPECIAL.test(item)) return `"${item}"`;
  return `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export type Column = string | number | boolean | Buffer | null;

/** Turns rows into one array per column, the form in which a function takes many rows. */
export function columnArrays(rows: readonly (readonly Column[])[]): string[] {
  const [first = []] = rows;
  return first.map((_, column) => arrayLiteral(rows.map((row) => textOf(row[column] ?? null))));
}

function textOf(column: Column): string | null {
  if (Buffer.isBuffer(column)) return `\\x${column.toString('hex')}`;
  return column === null ? null : String(column);
}
