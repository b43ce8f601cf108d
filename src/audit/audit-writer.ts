import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NIL_UUID } from '../common/ids.js';
import type { SqlConnection } from '../database/connection/sql-connection.js';
import { GroupCommit, type GroupedWrite } from '../database/group-commit.js';
import type { NamedStatement } from '../database/named-query.js';
import { TenantTransaction } from '../database/tenant-transaction.js';
import { auditEntry } from './audit-entry.js';
import type { AuditEvent } from './audit-event.js';

/** Identifies the log of events that concern no tenant. */
export const SYSTEM_LOG = NIL_UUID;

/** Writes events to the audit trail. A tenant's log is identified by the tenant's id, the system's by `SYSTEM_LOG`. */
@Injectable()
export class AuditWriter {
  private readonly group: GroupCommit<LoneEvent, Recorded>;

  constructor(@Inject(TenantTransaction) transaction: TenantTransaction) {
    this.group = new GroupCommit(transaction, recordingOf, 'events');
  }

  /** Describes the batches of events that no other statement records. */
  get batches(): GroupCommit<LoneEvent, Recorded>['gauge'] {
    return this.group.gauge;
  }

  /**
   * Records the event in the caller's transaction.
   * @throws Error when the transaction was opened for another log
   */
  async append(manager: EntityManager, logId: string, event: AuditEvent): Promise<void> {
    await this.appendAll(manager, logId, [event]);
  }

  /**
   * Records several events of one log in the caller's transaction, in the given order.
   * @throws Error when the transaction was opened for another log
   */
  async appendAll(manager: EntityManager, logId: string, events: readonly AuditEvent[]): Promise<void> {
    if (events.length === 0) return;
    const entries = events.map((event) => auditEntry(logId, event));
    const recorded = await manager.query<unknown[]>(RECORD_IN_LOG, [jsonArray(entries), logId]);
    if (recorded.length === 0) throw new Error('The transaction was opened for another log than the event');
  }

  /**
   * Records an event in several logs in the caller's transaction, for an action in several tenants at once. The event
   * has the same id in each log, and neither key nor version.
   */
  async appendEach(manager: EntityManager, logIds: readonly string[], event: AuditEvent): Promise<void> {
    if (logIds.length === 0) return;
    const shared: AuditEvent = { ...event, key: null, secretId: null, version: null, revision: null };
    await manager.query(RECORD, [jsonArray(logIds.map((logId) => auditEntry(logId, shared)))]);
  }

  /**
   * Records an event in one round trip with others of the same moment, and returns once it is durable.
   * @throws Busy, Unavailable when the event cannot be recorded; the action must then not be answered either
   */
  async record(logId: string, event: AuditEvent): Promise<void> {
    const entry = auditEntry(logId, event);
    await this.group.write({
      ...{ tenantId: logId, callerId: event.caller.actorId, eventId: event.id, entry },
      ...{ mayBatch: true, bytes: entry.length },
      recover: () => Promise.resolve(RECORDED),
    });
  }
}

/** Describes an event that no other statement records. */
interface LoneEvent extends GroupedWrite<Recorded> {
  readonly entry: string;
}

interface Recorded {
  readonly outcome: 'ok';
}

const RECORDED: Recorded = { outcome: 'ok' };

const RECORD =
  'SELECT record_events(ARRAY(SELECT e FROM json_populate_recordset(NULL::audit_entry, $1::json) AS e))';

function recordingOf(events: readonly LoneEvent[]): NamedStatement {
  return { name: 'record_events', text: RECORD_EACH, values: [jsonArray(events.map(({ entry }) => entry))] };
}

const RECORD_EACH = `
  WITH recorded AS MATERIALIZED (${RECORD})
  SELECT e.ordinal::integer, 'ok' AS outcome
  FROM recorded, json_array_elements($1::json) WITH ORDINALITY AS e (event, ordinal)`;

/** Records nothing when the transaction was opened for a log other than $2. */
const RECORD_IN_LOG = `${RECORD} WHERE current_setting('app.tenant', true) = $2`;

/** Records the event in a transaction that may have been opened for a different log. */
export async function appendEvent(manager: SqlConnection, logId: string, event: AuditEvent): Promise<void> {
  await manager.query(RECORD, [jsonArray([auditEntry(logId, event)])]);
}

function jsonArray(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}
