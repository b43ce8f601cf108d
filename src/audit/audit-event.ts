import { newId } from '../common/ids.js';
import type { Caller } from '../common/tenant-context.js';
import type { AuditAction, AuditDetail } from './actions.js';
import type { AuditOutcome } from './outcomes.js';

/** Describes an action for the audit trail. Never holds a value, a password or anything derived from one. */
export interface AuditEvent<A extends AuditAction = AuditAction> {
  /** The primary key, generated once per request, so that an action is recorded only once. */
  readonly id: string;
  /** The name of the action, such as `secret.read`. */
  readonly action: A;
  /** The secret's key, or the name of the resource; `tenant/user` for a membership. */
  readonly key: string | null;
  /** The secret's id, if it is known. */
  readonly secretId: string | null;
  readonly version: number | null;
  readonly revision: number | null;
  readonly outcome: AuditOutcome;
  readonly caller: Caller;
  /** Further facts for an auditor, such as the role that was given. */
  readonly detail: AuditDetail<A> | null;
}

/** Creates an event with a new id; its outcome is `ok` unless `details` says otherwise. */
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
