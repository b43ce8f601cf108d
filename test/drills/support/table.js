/**
 * Formats a table: the first column to the left, numbers to the right, texts at the end to the left.
 * @param titles the titles of the columns
 * @param rows arrays of texts and numbers
 */
export function table(titles, rows) {
  const cells = [titles, ...rows].map((row) => row.map(String));
  const widths = titles.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const isNumber = titles.map((_, column) =>
    rows.every((row) => typeof row[column] === 'number' || row[column] === '-'),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Returns the last line of every drill. */
export function total(requests, failed) {
  return `${requests} requests, ${failed} failed`;
}

export function seconds(milliseconds) {
  return Math.round(milliseconds / 10) / 100;
}
