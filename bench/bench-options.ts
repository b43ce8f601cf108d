import { closeSync, openSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { NAMES, QUICK } from './series.js';

export const USAGE = `npm run bench -- [--quick] [--secrets N] [--rounds N] [--seconds N] [--only NAME,…] [--json FILE] [--chart FILE]

Loads Strongroom and bare routes in turn, on a separate PostgreSQL server with durable settings, and prints each rate as
a ratio to that of the yardstick in the same round.

  --quick        measure five series at 64 connections, in less than two minutes
  --secrets N    number of secrets, in 100 tenants (default: 100000)
  --rounds N     number of rounds (default: 3; 5 with --quick)
  --seconds N    load each series for this long (default: 2)
  --only NAME,…  measure only these series and their yardsticks: ${NAMES.slice(0, 6).join(', ')},
                 ${NAMES.slice(6).join(', ')}
  --json FILE    also write the figures to this file
  --chart FILE   write the ratios to this file as an SVG chart
  --help         show this help
`;

/** Holds the options of the command line, which are checked before anything starts. */
export interface Options {
  readonly quick: boolean;
  readonly secrets: number;
  readonly rounds: number;
  /** The duration of the load for each series in each round. */
  readonly seconds: number;
  /** The names of the series to measure; their yardsticks are measured with them. */
  readonly only: readonly string[];
  /** The files to write. */
  readonly json: string | undefined;
  readonly chart: string | undefined;
}

/**
 * Parses the command line.
 * @returns undefined if only the usage is requested
 * @throws Error for invalid options
 */
export function optionsOf(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      secrets: { type: 'string', default: '100000' },
      rounds: { type: 'string' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string' },
      json: { type: 'string' },
      chart: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, help, secrets, seconds, rounds = quick ? '5' : '3', only, json, chart } = values;
  if (help) return undefined;
  return {
    quick,
    secrets: wholeNumber('secrets', secrets),
    rounds: wholeNumber('rounds', rounds),
    seconds: wholeNumber('seconds', seconds),
    only: known(only?.split(',') ?? (quick ? QUICK : NAMES)),
    json: writable('json', json),
    chart: writable('chart', chart),
  };
}

function known(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no series "${unknown}": it is one of ${NAMES.join(', ')}`);
  return names;
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} must be a whole number above 0`);
  return Number(text);
}

/** Checks that a file can be written, before minutes of measuring are lost. */
function writable(name: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new Error(`--${name} cannot be written: ${(error as Error).message}`, { cause: error });
  }
  return file;
}
