import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MAX_KEY_LENGTH } from '../../audit/audit-entry.js';
import { SYSTEM_LOG } from '../../audit/audit-writer.js';
import { maxListBytes } from '../../common/list-bounds.js';
import { printable } from '../../common/printable.js';
import type { AuditCursor } from './audit-cursor.js';
import type { AuditFilter, AuditPage } from './audit-filter.js';

interface Row {
  readonly items: string;
  readonly next_id: string | null;
  readonly next_log: string | null;
}

const READ =
  'SELECT items, next_id, next_log FROM read_audit_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)';

/** A name can be free again, so several tenants may have had it. */
const LOGS_OF_TENANT = 'SELECT id FROM tenants WHERE name = $1 COLLATE "C"';
const TENANT = 'SELECT id FROM tenants WHERE id = $1';
const TENANTS = 'SELECT id FROM tenants';

/** Reads events by the one function of the database that may. */
@Injectable()
export class AuditEventsRepository {
  /** Returns a page of the log of the transaction's tenant. */
  readLog(manager: EntityManager, filter: AuditFilter): Promise<AuditPage> {
    return this.read(manager, null, filter);
  }

  /** Returns a page of several logs together. */
  readLogs(manager: EntityManager, logIds: readonly string[], filter: AuditFilter): Promise<AuditPage> {
    return this.read(manager, logIds, filter);
  }

  /** Returns the logs of the tenants that have, or once had, that name. */
  async logsOfTenant(manager: EntityManager, name: string): Promise<string[]> {
    return idsOf(await manager.query<{ id: string }[]>(LOGS_OF_TENANT, [name]));
  }

  /** Returns the log of a tenant by its id; nothing if there never was such a tenant. */
  async logOfId(manager: EntityManager, id: string): Promise<string[]> {
    return idsOf(await manager.query<{ id: string }[]>(TENANT, [id]));
  }

  /** Returns every log there is: those of tenants, also of deleted ones, and the system's. */
  async allLogs(manager: EntityManager): Promise<string[]> {
    return [SYSTEM_LOG, ...idsOf(await manager.query<{ id: string }[]>(TENANTS))];
  }

  private async read(
    manager: EntityManager,
    logIds: readonly string[] | null,
    { actor, key, actions, outcomes, from, until, after, descending, size }: AuditFilter,
  ): Promise<AuditPage> {
    const [id, name] = actor === undefined ? [] : 'id' in actor ? [actor.id] : [undefined, actor.name];
    // The driver sends NULL for what is undefined.
    const [row] = await manager.query<Row[]>(READ, [
      ...[logIds, id, name, recorded(key), actions, outcomes, from, until, after?.id, after?.log],
      ...[descending, size, maxListBytes({ all: false })],
    ]);
    if (row === undefined) throw new Error('A page has one row');
    return { items: row.items, next: cursorOf(row) };
  }
}

/** Returns a key as events show it. */
function recorded(key: string | undefined): string | undefined {
  return key === undefined ? undefined : printable(key, MAX_KEY_LENGTH);
}

function cursorOf({ next_id: id, next_log: log }: Row): AuditCursor | undefined {
  return id === null || log === null ? undefined : { id, log };
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
