import { BadParameters } from '../../common/errors.js';

/** Names the entry after which a page begins. An event may be in several logs, with one id. */
export interface AuditCursor {
  readonly id: string;
  readonly log: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Encodes a cursor as URL-safe text, which is opaque to clients. */
export function encodeAuditCursor({ id, log }: AuditCursor, descending: boolean): string {
  return Buffer.from(JSON.stringify([descending, id, log])).toString('base64url');
}

/**
 * Reads a cursor; returns undefined for the empty text, with which the first page begins.
 * @throws BadParameters for what no list of events in this order has given out
 */
export function decodeAuditCursor(text: string, descending: boolean): AuditCursor | undefined {
  if (text === '') return undefined;
  const [order, id, log, ...more] = parsed(text);
  if (order !== descending || more.length > 0 || !isUuid(id) || !isUuid(log))
    throw new BadParameters(
      '`_after` is not a cursor of events in this order; begin without `_after`, then give what `metadata.next` says',
    );
  return { id, log };
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
