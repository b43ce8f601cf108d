import { isCalendarTime } from '../../common/calendar-time.js';
import { BadParameters } from '../../common/errors.js';

/** Lists the orders that can be paged by cursor: those that an index has. */
export const CURSOR_ORDERS = ['created_at', 'key'] as const;
type CursorOrder = (typeof CURSOR_ORDERS)[number];

/** Holds the last item of the page before, by what the list is sorted by. */
export interface ListCursor {
  readonly by: CursorOrder;
  readonly descending: boolean;
  /** The creation time (in lists by creation only), key and id of the last item. */
  readonly last: readonly string[];
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,6})?[+-](?:0\d|1[0-5])(?::[0-5]\d){1,2}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEY = /^[A-Za-z][A-Za-z0-9._~-]{0,255}$/;

/** Encodes a cursor as URL-safe text, which is opaque to clients. */
export function encodeCursor({ by, descending, last }: ListCursor): string {
  return Buffer.from(JSON.stringify([by, descending, ...last])).toString('base64url');
}

/** @throws BadParameters for what no list of this order has given out */
export function decodeCursor(text: string, order: Pick<ListCursor, 'by' | 'descending'>): ListCursor {
  const [by, descending, ...last] = parsed(text);
  if (by !== order.by || descending !== order.descending || !isLast(order.by, last)) {
    throw new BadParameters(
      '`_after` is not a cursor of a list in this order; begin with an empty `_after`, then give what `metadata.next` says',
    );
  }
  return { ...order, last };
}

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isLast(by: CursorOrder, last: readonly unknown[]): last is string[] {
  const rules = [...(by === 'created_at' ? [isTime] : []), matching(KEY), matching(UUID)];
  return last.length === rules.length && rules.every((rule, index) => rule(last[index]));
}

/** Matches a point in time as the database writes it in JSON: in whatever zone its session is. */
function isTime(value: unknown): boolean {
  const time = typeof value === 'string' ? TIME.exec(value)?.[1] : undefined;
  return time !== undefined && isCalendarTime(time);
}

function matching(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && pattern.test(value);
}
