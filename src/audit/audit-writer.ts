import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NIL_UUID } from '../common/ids.js';
import { printable } from '../common/printable.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { callerJson } from './caller-json.js';
import type { AuditEvent } from './audit-event.js';

/** The log of what concerns no tenant. */
export const SYSTEM_LOG = NIL_UUID;

/** Two names of 256 characters with a slash between: a membership names its tenant and its user. */
const LONGEST_KEY = 513;

/** Writes events. A log is named by its tenant's id, the system's by `SYSTEM_LOG`. */
@Injectable()
export class AuditWriter {
  constructor(@Inject(TenantTransaction) private readonly transaction: TenantTransaction) {}

  /** Records the event in the caller's transaction, which must have been opened for the log's tenant. */
  async append(manager: EntityManager, logId: string, event: AuditEvent): Promise<void> {
    await appendEvent(manager, logId, event);
  }

  /** The same for many events of one log, in their order. */
  async appendAll(manager: EntityManager, logId: string, events: readonly AuditEvent[]): Promise<void> {
    const rows = events.map(columnsOf);
    if (rows.length === 0) return;
    const columns = Array.from({ length: 7 }, (_, column) => rows.map((row) => row[column]));
    await manager.query(APPEND_ALL, [logId, ...columns]);
  }

  /**
   * Records the same event in several logs, in the caller's transaction: what was done in several tenants at once. It
   * stands there without a key and a version, under the id that it has everywhere.
   */
  async appendEach(manager: EntityManager, logIds: readonly string[], event: AuditEvent): Promise<void> {
    if (logIds.length === 0) return;
    const { id, action, outcome, caller, detail } = event;
    await manager.query('SELECT audit_append_each($1::uuid[], $2, $3, $4, $5::json, $6::json)', [
      logIds,
      id,
      action,
      outcome,
      callerJson(caller),
      detail === null ? null : JSON.stringify(detail),
    ]);
  }

  /**
   * Records an event of its own, and returns once it is durable.
   * @throws Unavailable when it cannot be recorded: then the act must not be answered either
   */
  record(logId: string, event: AuditEvent): Promise<void> {
    return this.transaction.run(logId, event.id, (manager) => appendEvent(manager, logId, event));
  }
}

const APPEND = 'SELECT audit_append($1, $2, $3, $4, $5, $6, $7::json, $8::json)';

const APPEND_ALL = `
  SELECT count(audit_append($1, e.id, e.action, e.key, e.version, e.outcome, e.caller, e.detail))
  FROM unnest($2::uuid[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::json[], $8::json[])
    AS e (id, action, key, version, outcome, caller, detail)`;

/** Calls the database's function that builds the event's text; see `AuditWriter` for who may call it. */
export async function appendEvent(manager: EntityManager, logId: string, event: AuditEvent): Promise<void> {
  await manager.query(APPEND, [logId, ...columnsOf(event)]);
}

function columnsOf({ id, action, key, version, outcome, caller, detail }: AuditEvent): unknown[] {
  const shownKey = key === null ? null : printable(key, LONGEST_KEY);
  const shownDetail = detail === null ? null : JSON.stringify(detail);
  return [id, action, shownKey, version, outcome, callerJson(caller), shownDetail];
}
