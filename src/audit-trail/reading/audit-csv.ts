import { escapeUnsafe } from '../../common/printable.js';
import type { RecordedEvent } from '../recorded-events.js';

/** Names the content type of a table with a line of names. */
export const CSV_TEXT = 'text/csv; charset=utf-8; header=present';

export type StoredEvent = Omit<RecordedEvent, 'tenant'>;

/** Maps the columns of the table to what an event has in them. */
const COLUMNS: Readonly<Record<string, (event: StoredEvent) => string | number | null | undefined>> = {
  id: ({ id }) => id,
  time: ({ time }) => time,
  tenant_id: (event) => event.tenant_id,
  action: ({ action }) => action,
  key: ({ key }) => key,
  secret_id: (event) => event.secret_id,
  version: ({ version }) => version,
  revision: ({ revision }) => revision,
  outcome: ({ outcome }) => outcome,
  actor_id: ({ caller }) => caller?.actor_id,
  actor_name: ({ caller }) => caller?.actor_name,
  method: ({ caller }) => caller?.method,
  request_id: ({ caller }) => caller?.request_id,
  address: ({ caller }) => caller?.address,
  reason: ({ caller }) => caller?.reason,
  detail: ({ detail }) => (detail === null ? null : JSON.stringify(detail)),
};

/** Matches the beginning of a cell that a spreadsheet would compute, also by the wide forms of these signs. */
const FORMULA = /^[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/** The line of names. */
export const CSV_HEADER = `${Object.keys(COLUMNS).join(',')}\r\n`;

/** Returns events, given as the text of a JSON array, as a table by RFC 4180, with a line of names. */
export function csvOf(items: string): string {
  return CSV_HEADER + csvLines(JSON.parse(items) as StoredEvent[]);
}

/** Returns the lines of events. */
export function csvLines(events: readonly StoredEvent[]): string {
  return events
    .map(
      (event) =>
        `${Object.values(COLUMNS)
          .map((cellOf) => cell(cellOf(event)))
          .join(',')}\r\n`,
    )
    .join('');
}

/** Returns a cell. What a spreadsheet would compute gets an apostrophe before it, by which it stays text. */
function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  const text = escapeUnsafe(String(value));
  const inert = FORMULA.test(text) ? `'${text}` : text;
  return /[",]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
