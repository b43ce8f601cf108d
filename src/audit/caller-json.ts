import type { Caller } from '../common/tenant-context.js';

const LONGEST_NAME = 256;
const LONGEST_REQUEST_ID = 128;
const LONGEST_ADDRESS = 64;

/**
 * The caller as JSON for an event: an allow-list of bounded fields. JSON escapes control characters, so nothing in
 * them can break or forge a record; NUL, which PostgreSQL's text cannot hold, and lone surrogates are replaced.
 */
export function callerJson(caller: Caller): string {
  return JSON.stringify({
    actor_id: caller.actorId,
    actor_name: bounded(caller.actorName, LONGEST_NAME),
    method: caller.method,
    request_id: bounded(caller.requestId, LONGEST_REQUEST_ID),
    address: bounded(caller.address, LONGEST_ADDRESS),
  });
}

function bounded(text: string | null, longest: number): string | null {
  return text === null ? null : text.slice(0, longest).toWellFormed().replaceAll('\u0000', '\ufffd');
}
