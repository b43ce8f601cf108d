import type { AuditEvent } from './audit-event.js';
import { callerJson } from './caller-json.js';

/** Returns the part of an event that is passed to a database function; the function adds the outcome and the ids. */
export function eventJson({ id, action, caller, detail }: AuditEvent): string {
  const shown = detail === null ? 'null' : JSON.stringify(detail);
  return `{"id":"${id}","action":${JSON.stringify(action)},"caller":${callerJson(caller)},"detail":${shown}}`;
}
