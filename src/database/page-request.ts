/** Describes a column that a list can be sorted and filtered by. */
export interface ListColumn {
  /** Holds an SQL expression to sort by. */
  readonly sql: string;
  /** Holds an SQL expression of the column as text, to compare with filters; `sql` by default. */
  readonly text?: string;
  /** Tells whether values that differ only in case are equal. */
  readonly ignoresCase?: boolean;
}

/** Maps the names that callers use to columns: a list can be sorted and filtered by nothing else. */
export type ListColumns<F extends string> = Readonly<Record<F, ListColumn>>;

/** Asks for a part of a list in a given order. */
export interface PageRequest<F extends string = string> {
  readonly size: number;
  readonly offset: number;
  /** Searches for a substring, ignoring case. */
  readonly search: string | undefined;
  readonly sorts: readonly { readonly by: F; readonly descending: boolean }[];
  /** Maps columns to values, one of which must match. */
  readonly filters: ReadonlyMap<F, readonly string[]>;
}

/** Holds a part of a list, and the number of items in the whole list. */
export interface Page<R> {
  readonly items: R[];
  readonly total: number;
}

/** Formats a time as text as responses show it. */
export function timeText(sql: string): string {
  return formatted(sql, TIME);
}

/** Formats a time as a JSON string, with its quotation marks. */
export function quotedTimeText(sql: string): string {
  return formatted(sql, `\\"${TIME}\\"`);
}

const TIME = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

function formatted(sql: string, format: string): string {
  return `to_char(${sql} AT TIME ZONE 'UTC', '${format}')`;
}
