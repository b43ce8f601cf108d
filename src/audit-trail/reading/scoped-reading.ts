import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { appendEvent, SYSTEM_LOG } from '../../audit/audit-writer.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { Refusal } from '../../audit/refusal.js';
import { rightsNow } from '../../auth/rights-now.js';
import { permissionRefused, tenantRefused } from '../../common/tenant-refused.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { AuditEventsRepository } from './audit-events.repository.js';
import { readerOf, type LogScope } from './log-scope.js';

/** Reads something of these logs, or of every log where they are null. */
type LogReading<T> = (manager: EntityManager, logIds: readonly string[] | null) => Promise<T | Refusal>;

/** Reads logs of the audit trail within a scope, and records it in the logs that it concerns. */
@Injectable()
export class ScopedReading {
  constructor(
    @Inject(AuditedTransaction) private readonly audited: AuditedTransaction,
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditEventsRepository) private readonly events: AuditEventsRepository,
  ) {}

  /**
   * Reads and records the event in one transaction: in the log of the scope's tenant; for others in the system's log, and
   * in that of a tenant that is named.
   * @throws NotFound if there never was a tenant of that name, or a log of that id
   * @throws the error of a refusal, once the event is durable
   */
  recorded<T>(scope: LogScope, event: AuditEvent, read: LogReading<T>): Promise<T> {
    const work = async (manager: EntityManager): Promise<T | Refusal> => {
      const logIds = await this.logsOf(manager, scope);
      if (logIds instanceof Refusal) return logIds;
      const result = await read(manager, logIds);
      const outcome = result instanceof Refusal ? result.outcome : 'ok';
      for (const logId of besidesOf(scope, logIds)) await appendEvent(manager, logId, { ...event, outcome });
      return result;
    };
    return this.audited.run(event, work, homeOf(scope));
  }

  /**
   * Reads more of the same, by the rights of this moment.
   * @param eventId identifies the event of the reading, which is recorded already
   * @throws Forbidden if the right to read the scope has ended
   */
  async further<T>(scope: LogScope, eventId: string, read: LogReading<T>): Promise<T> {
    const work = async (manager: EntityManager): Promise<T | Refusal> => {
      await requireRight(manager, scope);
      const logIds = await this.logsOf(manager, scope);
      return logIds instanceof Refusal ? logIds : read(manager, logIds);
    };
    const result = await this.transaction.run(homeOf(scope), eventId, work, {
      lane: 'lists',
      share: { group: homeOf(scope), member: readerOf(scope).userId },
    });
    if (result instanceof Refusal) throw result.error;
    return result;
  }

  /** Records how a reading went on, in the logs that it concerns. */
  async record(scope: LogScope, event: AuditEvent): Promise<void> {
    const home = homeOf(scope);
    await this.transaction.run(home, event.id, async (manager) => {
      const logIds = await this.logsOf(manager, scope);
      const besides = logIds instanceof Refusal ? [] : besidesOf(scope, logIds);
      for (const logId of [...besides, home]) await appendEvent(manager, logId, event);
    });
  }

  private async logsOf(manager: EntityManager, scope: LogScope): Promise<readonly string[] | null | Refusal> {
    if (scope.kind === 'all') return null;
    if (scope.kind === 'tenant') return [scope.tenant.tenantId];
    const { kind, named = SYSTEM_LOG } = scope;
    if (kind === 'system' || named === SYSTEM_LOG) return [SYSTEM_LOG];
    const logIds = await (kind === 'name'
      ? this.events.logsOfTenant(manager, named)
      : this.events.logOfId(manager, named));
    return logIds.length > 0 ? logIds : Refusal.missing(kind === 'name' ? 'Tenant' : 'Log', named);
  }
}

/** Returns the log that a reading is recorded in. */
function homeOf(scope: LogScope): string {
  return scope.kind === 'tenant' ? scope.tenant.tenantId : SYSTEM_LOG;
}

/** Returns the further logs that it is recorded in. */
function besidesOf(scope: LogScope, logIds: readonly string[] | null): readonly string[] {
  return (logIds ?? []).filter((logId) => logId !== homeOf(scope));
}

async function requireRight(manager: EntityManager, scope: LogScope): Promise<void> {
  const home = homeOf(scope);
  const permission = scope.kind === 'tenant' ? 'audit_get' : 'audit_get_all';
  const rights = await rightsNow(manager, readerOf(scope), [home], [permission]);
  if (rights.get(home)?.has(permission) === true) return;
  throw scope.kind === 'tenant'
    ? tenantRefused(permission, scope.tenant.tenantName)
    : permissionRefused(permission);
}
