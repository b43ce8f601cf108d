import { parseArgs } from 'node:util';

export const USAGE = `npm run bench:audit -- [--quick] [--rounds N] [--seconds N]

Measures what the audit trail costs, on a separate PostgreSQL server with durable settings: the rates of reads and writes
with it and, for the measurement alone, without its events; the processor time of an event in PostgreSQL; and the sealer,
at 1,000 events a second in one log and in 1,000.

  --quick        measure for less than two minutes
  --rounds N     number of rounds, each with and without events (default: 7; 3 with --quick)
  --seconds N    load each kind of request for this long (default: 5; 3 with --quick)
  --help         show this help
`;

/**
 * Parses the command line.
 * @returns undefined if only the usage is requested
 * @throws Error for invalid options
 */
export function optionsOf(args: readonly string[]): { rounds: number; seconds: number } | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, help, rounds = quick ? '3' : '7', seconds = quick ? '3' : '5' } = values;
  return help
    ? undefined
    : { rounds: wholeNumber('rounds', rounds), seconds: wholeNumber('seconds', seconds) };
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} must be a whole number above 0`);
  return Number(text);
}
