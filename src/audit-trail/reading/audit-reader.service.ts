import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../../audit/audit-event.js';
import { appendEvent, SYSTEM_LOG } from '../../audit/audit-writer.js';
import { AuditedTransaction } from '../../audit/audited-transaction.js';
import { Refusal } from '../../audit/refusal.js';
import type { Caller, TenantContext } from '../../common/tenant-context.js';
import { AuditEventsRepository } from './audit-events.repository.js';
import type { AuditFilter, AuditLogs, AuditPage } from './audit-filter.js';
import { withinTime } from './within-time.js';

/** Reads the audit trail, and records that it was read. */
@Injectable()
export class AuditReader {
  constructor(
    @Inject(AuditedTransaction) private readonly transaction: AuditedTransaction,
    @Inject(AuditEventsRepository) private readonly events: AuditEventsRepository,
  ) {}

  /**
   * Returns a page of the tenant's log, and records it there.
   * @throws TooCostly if the statement takes too long
   */
  ofTenant({ tenantId, caller }: TenantContext, filter: AuditFilter): Promise<AuditPage> {
    const event = newEvent('audit.list', caller, { key: filter.key ?? null });
    return withinTime(() =>
      this.transaction.run(event, (manager) => this.events.readLog(manager, filter), tenantId),
    );
  }

  /**
   * Returns a page of all logs, of the system's, or of a tenant's, which may have been deleted. Records it in the
   * system's log, and in that of the tenant.
   * @throws NotFound if there never was a tenant of that name
   * @throws TooCostly if the statement takes too long
   */
  ofAll({ log, tenant }: AuditLogs, filter: AuditFilter, caller: Caller): Promise<AuditPage> {
    const event = newEvent('audit.list', caller, { key: filter.key ?? null, detail: { log } });
    return withinTime(() =>
      this.transaction.run(event, async (manager) => {
        if (tenant !== undefined) {
          const logIds = await this.events.logsOfTenant(manager, tenant);
          if (logIds.length === 0) return Refusal.missing('Tenant', tenant);
          const page = await this.events.readLogs(manager, logIds, filter);
          // Afterwards, so that the page does not hold the event of its own reading.
          for (const logId of logIds) await appendEvent(manager, logId, event);
          return page;
        }
        const logIds = log === 'system' ? [SYSTEM_LOG] : await this.events.allLogs(manager);
        return this.events.readLogs(manager, logIds, filter);
      }),
    );
  }
}
