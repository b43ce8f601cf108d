/** A column that a list can be sorted and narrowed by. */
export interface ListColumn {
  /** An SQL expression, to sort by. */
  readonly sql: string;
  /** The same as text, to compare with what is asked for; `sql` where that is text already. */
  readonly text?: string;
  /** Whether names that differ by case only are the same. */
  readonly ignoresCase?: boolean;
}

/** By the names that callers use: nothing else can be sorted or narrowed by. */
export type ListColumns<F extends string> = Readonly<Record<F, ListColumn>>;

/** Which part of a list is wished for, and in which order. */
export interface PageRequest<F extends string = string> {
  readonly size: number;
  readonly offset: number;
  /** A part of what is searched, in any case. */
  readonly search: string | undefined;
  readonly sorts: readonly { readonly by: F; readonly descending: boolean }[];
  /** Each with the values of which one must match. */
  readonly filters: ReadonlyMap<F, readonly string[]>;
}

/** A part of a list, and how many there are on all parts together. */
export interface Page<R> {
  readonly items: R[];
  readonly total: number;
}

/** A time as text, in the form in which answers show it. */
export function timeText(sql: string): string {
  return formatted(sql, TIME);
}

/** The same between quotation marks, as JSON has it. */
export function quotedTimeText(sql: string): string {
  return formatted(sql, `\\"${TIME}\\"`);
}

const TIME = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

function formatted(sql: string, format: string): string {
  return `to_char(${sql} AT TIME ZONE 'UTC', '${format}')`;
}
