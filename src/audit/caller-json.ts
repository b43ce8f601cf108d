import { escapeUnsafe } from '../common/printable.js';
import { LONGEST_REASON } from '../common/reason.js';
import type { Caller } from '../common/tenant-context.js';

const MAX_NAME_LENGTH = 256;
const MAX_REQUEST_ID_LENGTH = 128;
const MAX_ADDRESS_LENGTH = 64;
/** Is in UTF-16 units, of which a character of a reason has two at most. */
const MAX_REASON_LENGTH = 2 * LONGEST_REASON;

/** Matches visible ASCII, which needs no escapes; nearly every caller consists of it. */
const PLAIN = /^[ -~]*$/;

/**
 * Returns the caller as JSON for an event, with a fixed set of bounded fields. Characters that could break a line or a
 * terminal are escaped, so that no field can corrupt or forge a record. NUL, which PostgreSQL's text cannot hold, and
 * lone surrogates become U+FFFD.
 */
export function callerJson(caller: Caller): string {
  const json = JSON.stringify({
    actor_id: caller.actorId,
    actor_name: bounded(caller.actorName, MAX_NAME_LENGTH),
    method: caller.method,
    request_id: bounded(caller.requestId, MAX_REQUEST_ID_LENGTH),
    address: bounded(caller.address, MAX_ADDRESS_LENGTH),
    reason: bounded(caller.reason, MAX_REASON_LENGTH),
  });
  return PLAIN.test(json) ? json : escapeUnsafe(json);
}

/** Leaves null, and the undefined of a field that is left out, as they are. */
function bounded<N extends null | undefined>(text: string | N, maxLength: number): string | N {
  return typeof text !== 'string'
    ? text
    : text.slice(0, maxLength).toWellFormed().replaceAll('\u0000', '\ufffd');
}
