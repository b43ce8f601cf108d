import type { AuditEvent } from './audit-event.js';
import { callerJson } from './caller-json.js';

/** Returns the part of an event that a function of the database is given with an act: it adds what the act decides. */
export function eventJson({ id, action, caller, detail }: AuditEvent): string {
  const shown = detail === null ? 'null' : JSON.stringify(detail);
  return `{"id":"${id}","action":${JSON.stringify(action)},"caller":${callerJson(caller)},"detail":${shown}}`;
}
