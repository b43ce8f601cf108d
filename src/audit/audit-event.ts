import { newId } from '../common/ids.js';
import type { Caller } from '../common/tenant-context.js';
import { AUDIT_ACTIONS, type AuditAction, type AuditDetail } from './actions.js';
import type { AuditOutcome } from './outcomes.js';

/** Maps the actions that give values to those that are recorded instead for a HEAD, by which no value leaves. */
const HEAD_ACTIONS: Readonly<Partial<Record<AuditAction, AuditAction>>> = {
  'secret.export': 'secret.export_head',
  'secret.read': 'secret.head',
};

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

/**
 * Creates an event with a new id; its outcome is `ok` unless `details` says otherwise. For a HEAD it says that nothing
 * but the status and the headers was given.
 */
export function newEvent<A extends AuditAction>(
  action: A,
  caller: Caller,
  details: Partial<
    Pick<AuditEvent<A>, 'key' | 'secretId' | 'version' | 'revision' | 'outcome' | 'detail'>
  > = {},
): AuditEvent<A> {
  const unknown = { key: null, secretId: null, version: null, revision: null };
  const event: AuditEvent<A> = {
    ...{ id: newId(), action, ...unknown, outcome: 'ok', detail: null, ...details },
    caller,
  };
  return caller.isHead === true ? asHead(event) : event;
}

/** Returns the event of a HEAD: an action of its own for what would have given values, else a remark. */
function asHead<A extends AuditAction>(event: AuditEvent<A>): AuditEvent<A> {
  const action = HEAD_ACTIONS[event.action];
  if (action !== undefined) return { ...event, action: action as A };
  const fields: readonly string[] = AUDIT_ACTIONS[event.action].detail;
  return fields.includes('head')
    ? { ...event, detail: { ...event.detail, head: 'true' } as AuditDetail<A> }
    : event;
}
