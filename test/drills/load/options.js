import { parseArgs } from 'node:util';
import { chosen, wholeNumber, writable } from '../support/options.js';
import { ROWS } from './rows.js';

const NAMES = ROWS.map(({ name }) => name);

export const USAGE = `npm run drill:load -- [--only NAME,…] [--seconds N] [--rounds N] [--secrets N] [--json FILE]

Lets tenant A do its worst while tenant B reads, and compares B's rate and p99 with those that it has beside as many
connections of A that only read. Exits with 1 if B keeps less than 80 % of its rate or more than doubles its p99 in any row, or
a request of B is refused.

  --only NAME,…  run only these rows:
                 ${NAMES.slice(0, 6).join(', ')},
                 ${NAMES.slice(6, 12).join(', ')},
                 ${NAMES.slice(12, 18).join(', ')},
                 ${NAMES.slice(18).join(', ')}
  --seconds N    measure each time for this long, after 2 seconds of warming (default: 8)
  --rounds N     measure yardstick and attack in turn this often, and take medians (default: 2)
  --secrets N    number of A's secrets (default: 100000)
  --json FILE    also write the figures to this file
  --help         show this help
`;

/**
 * Parses the command line.
 * @returns undefined if only the usage is requested
 * @throws Error for invalid options
 */
export function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      seconds: { type: 'string', default: '8' },
      rounds: { type: 'string', default: '2' },
      secrets: { type: 'string', default: '100000' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { help, only, seconds, rounds, secrets, json } = values;
  if (help) return undefined;
  return {
    rows: chosen('row', only, ROWS),
    seconds: wholeNumber('seconds', seconds),
    rounds: wholeNumber('rounds', rounds),
    secrets: wholeNumber('secrets', secrets, 1_000),
    json: writable('json', json),
  };
}
