/**
 * A list as the text of a PostgreSQL array (its manual, 8.15.2), null as NULL. The driver's own way looks at each
 * element twice and costs more than all else in sending a batch.
 */
export function arrayLiteral(items: readonly (string | null)[]): string {
  return `{${items.map(element).join()}}`;
}

function element(item: string | null): string {
  if (item === null) return 'NULL';
  return `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
