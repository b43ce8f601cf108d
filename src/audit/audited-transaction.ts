import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TenantTransaction } from '../database/tenant-transaction.js';
import type { AuditEvent } from './audit-event.js';
import { appendEvent, SYSTEM_LOG } from './audit-writer.js';
import { Refusal } from './refusal.js';

/** Runs changes of the whole installation, or of the settings of a tenant, and records them. */
@Injectable()
export class AuditedTransaction {
  constructor(@Inject(TenantTransaction) private readonly transaction: TenantTransaction) {}

  /**
   * Runs `work` and records `event` in one transaction. Repositories use the manager that is passed to `work`.
   * @param logId the system's log by default, or the id of a tenant
   * @param detailOf returns the detail of the event, where it depends on the result
   * @returns the result of `work`
   * @throws the error of a refusal that `work` returns, once the event is durable
   * @throws Busy, Unavailable as `TenantTransaction.run` does
   */
  async run<T>(
    event: AuditEvent,
    work: (manager: EntityManager) => Promise<T | Refusal>,
    logId = SYSTEM_LOG,
    detailOf: (result: T) => AuditEvent['detail'] = () => event.detail,
  ): Promise<T> {
    const record = async (manager: EntityManager): Promise<T | Refusal> => {
      const returned = await work(manager);
      const recorded =
        returned instanceof Refusal
          ? { ...event, outcome: returned.outcome }
          : { ...event, outcome: 'ok' as const, detail: detailOf(returned) };
      await appendEvent(manager, logId, recorded);
      return returned;
    };
    const lane = /[._](list|read)$|\.export$/.test(event.action) ? 'lists' : 'writes';
    const share = { group: event.caller.actorId ?? SYSTEM_LOG, member: '' };
    const result = await this.transaction.run(logId, event.id, record, { lane, share });
    if (result instanceof Refusal) throw result.error;
    return result;
  }
}
