import { printable } from '../../common/printable.js';
import type { Exit } from '../exit-codes.js';
import { table } from './table.js';

/** Holds what a command prints, in each of its forms. */
export interface Output {
  /** The one document of `--json`. */
  readonly json: unknown;
  /** The text for people. */
  readonly text: string;
  /** The lines of `--quiet`: names or ids, or nothing. */
  readonly quiet: readonly string[];
  /** Lines for standard error that say what to do next; only people get them. */
  readonly hints?: readonly string[];
  /** Says how the command ends, where what it printed is not all well. */
  readonly exit?: Exit;
  /** True if the command has printed all of it while it ran. */
  readonly isPrinted?: true;
  /** Says on standard error, in every form, why the command does not end well. */
  readonly problem?: string;
}

/** Limits a text in a table, in characters; JSON has all of it. */
const LONGEST_CELL = 512;

/** Describes a column of a table: its heading, and the text of an item. */
export type Column<T> = readonly [heading: string, cell: (item: T) => unknown];

interface List<T> {
  readonly columns: readonly Column<T>[];
  /** Identifies an item in a script. */
  readonly id: (item: T) => string;
  /** Says that there are none. */
  readonly none: string;
  readonly hints?: readonly string[];
}

/** Returns a list: a table for people, an array as JSON, one id a line if quiet. */
export function list<T>(items: readonly T[], { columns, id, none, hints = [] }: List<T>): Output {
  const rows = items.map((item) => columns.map(([, cell]) => shown(cell(item))));
  const headings = columns.map(([heading]) => heading);
  return items.length === 0
    ? { json: items, text: '', quiet: [], hints: [none, ...hints] }
    : { json: items, text: table([headings, ...rows]), quiet: items.map(id), hints };
}

/** Returns one thing: aligned fields for people, an object as JSON, its id if quiet. */
export function record(
  json: object,
  id: string,
  fields: readonly (readonly [label: string, value: unknown])[],
  hints: readonly string[] = [],
): Output {
  return {
    json,
    text: table(fields.map(([label, value]) => [`${label}:`, shown(value)])),
    quiet: [id],
    hints,
  };
}

/** Returns that something was done: a sentence for people, what it was done to as JSON, nothing if quiet. */
export function done(sentence: string, json: object, hints: readonly string[] = []): Output {
  return { json, text: `${sentence}\n`, quiet: [], hints };
}

/** Returns how a command ended that printed all while it ran. */
export function printed(exit: Exit): Output {
  return { json: undefined, text: '', quiet: [], exit, isPrinted: true };
}

/** Holds a text of a cell that is shown as it is: a credential, or what is escaped already. */
export class AsItIs {
  constructor(readonly text: string) {}
}

/** Returns a value as a cell of a table. */
function shown(value: unknown): string {
  if (value instanceof AsItIs) return value.text;
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(shown).join(', ');
  return printable(typeof value === 'string' ? value : JSON.stringify(value), LONGEST_CELL);
}
