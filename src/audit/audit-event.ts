import { newId } from '../common/ids.js';
import type { Caller } from '../common/tenant-context.js';

/** One act, as it will stand in the audit trail. Never holds a value, a password or anything derived from one. */
export interface AuditEvent {
  /** Made for the request; the primary key, so that one act is recorded once. */
  readonly id: string;
  /** What was done, such as `secret.read`. */
  readonly action: string;
  /** The secret's key, or the name of what the act is about; `tenant/user` for a membership. */
  readonly key: string | null;
  readonly version: number | null;
  /** `ok`, or how it was refused: `not_found`, `conflict`, `forbidden`, `failed`, `locked`, `maintenance`. */
  readonly outcome: string;
  readonly caller: Caller;
  /** What else an auditor must know, such as the role that was given: names from our own code, never free text. */
  readonly detail: Readonly<Record<string, string>> | null;
}

/** An event with an id of its own; `ok` unless said otherwise. */
export function newEvent(
  action: string,
  caller: Caller,
  details: Partial<Pick<AuditEvent, 'key' | 'version' | 'outcome' | 'detail'>> = {},
): AuditEvent {
  return { id: newId(), action, key: null, version: null, outcome: 'ok', detail: null, ...details, caller };
}
