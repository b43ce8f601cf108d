const COLUMNS = [
  ['restore', 20, ({ name }) => name],
  ['what', 72, ({ title }) => title],
  ['errors', 8, ({ errors }) => errors ?? '-'],
  ['doctor before', 15, ({ before }) => (before === undefined ? '-' : doctorOf(before))],
  ['mended', 8, ({ mended }) => mended ?? '-'],
  ['read', 6, ({ read }) => read ?? '-'],
  ['', 0, ({ problems, note }) => (problems.length > 0 ? 'FAILED' : ['ok', note].filter(Boolean).join(', '))],
];

export function headLine() {
  return line(([heading]) => heading);
}

/** Returns the line of a restore, with its problems below it. */
export function rowLine(result) {
  const problems = result.problems.map((each) => `  ${each.replaceAll('\n', '\n    ')}`);
  return [line(([, , cell]) => String(cell(result))), ...problems].join('\n');
}

export function summaryOf(results) {
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  return `${results.length - failed} restores passed, ${failed} failed`;
}

/** Says what doctor found before anything was mended. */
function doctorOf({ code, text }) {
  const failed = text.split('\n').filter((each) => each.startsWith('FAILED')).length;
  return code === 0 ? 'ok' : `${failed} FAILED`;
}

function line(cellOf) {
  return COLUMNS.map((column) => cellOf(column).padEnd(column[1]))
    .join('')
    .trimEnd();
}
