import type { EntityManager } from 'typeorm';
import type { DomainError } from '../common/domain-error.js';
import type { TenantTransaction } from '../database/tenant-transaction.js';
import type { AuditEvent } from './audit-event.js';
import { appendEvent, SYSTEM_LOG } from './audit-writer.js';

/** How an act was refused, so that its event is kept. Whoever gives one has changed nothing. */
export class Refusal {
  constructor(
    readonly outcome: 'conflict' | 'not_found' | 'forbidden',
    readonly error: DomainError,
  ) {}
}

/**
 * Does what concerns the installation and records it in the system's log, in one transaction.
 * @returns what `work` gives
 * @throws the error of the refusal that `work` gives, after it was recorded
 */
export async function auditedTransaction<T>(
  transaction: TenantTransaction,
  event: AuditEvent,
  work: (manager: EntityManager) => Promise<T | Refusal>,
): Promise<T> {
  const result = await transaction.run(SYSTEM_LOG, event.id, async (manager) => {
    const given = await work(manager);
    const outcome = given instanceof Refusal ? given.outcome : 'ok';
    await appendEvent(manager, SYSTEM_LOG, { ...event, outcome });
    return given;
  });
  if (result instanceof Refusal) throw result.error;
  return result;
}
