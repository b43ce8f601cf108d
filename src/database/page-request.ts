/** Describes a column that a list can be sorted and filtered by. */
export interface ListColumn {
  /** The SQL expression to sort by. */
  readonly sql: string;
  /** The SQL expression of the column as text, for filters; `sql` by default. */
  readonly text?: string;
  /** True if values that differ only in case are equal. */
  readonly ignoresCase?: boolean;
}

/** Maps the names that callers use to columns. A list cannot be sorted or filtered by anything else. */
export type ListColumns<F extends string> = Readonly<Record<F, ListColumn>>;

/** Describes the requested part of a list and its order. */
export interface PageRequest<F extends string = string> {
  readonly size: number;
  readonly offset: number;
  /** True for all items in one answer, which is refused if it would be too large; a page ends early instead. */
  readonly all: boolean;
  /** The substring to search for, ignoring case. */
  readonly search: string | undefined;
  readonly sorts: readonly { readonly by: F; readonly descending: boolean }[];
  /** The allowed values of each filtered column. */
  readonly filters: ReadonlyMap<F, readonly string[]>;
}

/** Holds a part of a list and the number of items in the whole list. */
export interface Page<R> {
  readonly items: R[];
  readonly total: number;
}

/** Returns the SQL that formats a time as responses show it. */
export function timeText(sql: string): string {
  return formatted(sql, TIME);
}

/** Returns the SQL that formats a time as a JSON string, in quotation marks. */
export function quotedTimeText(sql: string): string {
  return formatted(sql, `\\"${TIME}\\"`);
}

const TIME = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

function formatted(sql: string, format: string): string {
  return `to_char(${sql} AT TIME ZONE 'UTC', '${format}')`;
}
