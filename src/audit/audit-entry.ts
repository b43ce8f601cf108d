import { printable } from '../common/printable.js';
import type { AuditEvent } from './audit-event.js';
import { callerJson } from './caller-json.js';

/** Two names of 256 characters with a slash between: a membership names its tenant and its user. */
const LONGEST_KEY = 513;

/** Returns the event as JSON of the database's type `audit_entry`, for its log. */
export function auditEntry(logId: string, event: AuditEvent): string {
  const { id, action, key, secretId, version, revision, outcome, caller, detail } = event;
  const columns = {
    log_id: logId,
    id,
    action,
    key: key === null ? null : printable(key, LONGEST_KEY),
    secret_id: secretId,
    version,
    revision,
    outcome,
    detail,
  };
  // The text of the caller reaches the record as it is, with its escapes.
  return `${JSON.stringify(columns).slice(0, -1)},"caller":${callerJson(caller)}}`;
}
