import { printable } from '../common/printable.js';
import type { AuditEvent } from './audit-event.js';
import { callerJson } from './caller-json.js';

/** Limits the key of an event. The key of a membership holds two names of 256 characters, separated by a slash. */
export const MAX_KEY_LENGTH = 513;

/** Returns the event as JSON of the database type `audit_entry`, for the given log. */
export function auditEntry(logId: string, event: AuditEvent): string {
  const { id, action, key, secretId, version, revision, outcome, caller, detail } = event;
  const columns = {
    log_id: logId,
    id,
    action,
    key: key === null ? null : printable(key, MAX_KEY_LENGTH),
    secret_id: secretId,
    version,
    revision,
    outcome,
    detail,
  };
  // The caller's JSON is inserted as text, since parsing it again would undo its escapes.
  return `${JSON.stringify(columns).slice(0, -1)},"caller":${callerJson(caller)}}`;
}
