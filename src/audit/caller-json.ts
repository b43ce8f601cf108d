import type { Caller } from '../common/tenant-context.js';

const LONGEST_NAME = 256;
const LONGEST_REQUEST_ID = 128;
const LONGEST_ADDRESS = 64;

/** What JSON leaves as it is, but a terminal or a reader's eye does not: C1 controls, bidirectional and line marks. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Nothing of visible ASCII is unsafe, and nearly every caller is that. */
const PLAIN = /^[ -~]*$/;

/**
 * The caller as JSON for an event: an allow-list of bounded fields. Everything that could break a line or a terminal
 * is escaped, so nothing in them can break or forge a record; NUL, which PostgreSQL's text cannot hold, and lone
 * surrogates are replaced by U+FFFD.
 */
export function callerJson(caller: Caller): string {
  const json = JSON.stringify({
    actor_id: caller.actorId,
    actor_name: bounded(caller.actorName, LONGEST_NAME),
    method: caller.method,
    request_id: bounded(caller.requestId, LONGEST_REQUEST_ID),
    address: bounded(caller.address, LONGEST_ADDRESS),
  });
  return PLAIN.test(json) ? json : json.replace(UNSAFE, escape);
}

function bounded(text: string | null, longest: number): string | null {
  return text === null ? null : text.slice(0, longest).toWellFormed().replaceAll('\u0000', '\ufffd');
}

function escape(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
