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
