import { newId } from '../common/ids.js';
import type { Caller } from '../common/tenant-context.js';
import type { AuditAction, AuditDetail } from './actions.js';
import type { AuditOutcome } from './outcomes.js';

/** One act, as it will stand in the audit trail. Never holds a value, a password or anything derived from one. */
export interface AuditEvent<A extends AuditAction = AuditAction> {
  /** Made for the request; the primary key, so that one act is recorded once. */
  readonly id: string;
  /** What was done, such as `secret.read`. */
  readonly action: A;
  /** The secret's key, or the name of what the act is about; `tenant/user` for a membership. */
  readonly key: string | null;
  /** The id of the secret, where it is known. */
  readonly secretId: string | null;
  readonly version: number | null;
  readonly revision: number | null;
  readonly outcome: AuditOutcome;
  readonly caller: Caller;
  /** What else an auditor must know, such as the role that was given. */
  readonly detail: AuditDetail<A> | null;
}

/** Creates an event with an id of its own; its outcome is `ok` unless `details` has another. */
export function newEvent<A extends AuditAction>(
  action: A,
  caller: Caller,
  details: Partial<
    Pick<AuditEvent<A>, 'key' | 'secretId' | 'version' | 'revision' | 'outcome' | 'detail'>
  > = {},
): AuditEvent<A> {
  const unknown = { key: null, secretId: null, version: null, revision: null };
  return { id: newId(), action, ...unknown, outcome: 'ok', detail: null, ...details, caller };
}
