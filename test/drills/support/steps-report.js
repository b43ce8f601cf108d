import { seconds, table, total } from './table.js';

const COUNTS = ['requests', '503', 'failed', 'slowest s'];

/**
 * Prints the table of a drill that is made of steps, and its last line.
 * @param titles those of the columns before the counts
 * @param rows the cells of those columns, and the `Tally` of the step behind them
 * @param faults what is wrong besides single requests, a line each
 * @param slowMachine counts 503 apart
 * @returns whether all went well
 */
export function reportSteps(titles, rows, { faults, slowMachine }) {
  const tallies = rows.map((row) => row.at(-1));
  const failures = (tally) => tally.failures(slowMachine);
  const sum = (of) => tallies.reduce((all, tally) => all + of(tally), 0);
  const lines = rows.map((row) => {
    const tally = row.at(-1);
    return [...row.slice(0, -1), tally.requests, tally.refused, failures(tally), seconds(tally.slowest)];
  });
  const samples = tallies.flatMap((tally) => tally.samplesOfFailures(slowMachine));
  const failed = sum(failures) + faults.length;
  const told = [...faults, ...samples].slice(0, 20).map((line) => `FAILED: ${line}`);
  const last = total(
    sum(({ requests }) => requests),
    failed,
  );
  process.stdout.write(`${[table([...titles, ...COUNTS], lines), '', ...told, last].join('\n')}\n`);
  return failed === 0;
}
