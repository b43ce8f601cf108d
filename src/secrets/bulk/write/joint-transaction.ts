import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../../audit/audit-event.js';
import { AuditWriter } from '../../../audit/audit-writer.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { TenantTransaction } from '../../../database/tenant-transaction.js';
import { shareOf } from '../../share-of.js';
import { lockKeys, lockTenants } from '../../sharing/import/import-locks.js';
import { SecretWrites, type WriteAnswer } from '../../store/secret-writes.js';
import type { PlannedWrite } from './joint-plans.js';

/** Limits the bytes of one statement, as for an import. */
const MOST_BYTES = 1024 * 1024;

/** Rolls a transaction back. */
class NotAllWritten extends Error {}

/** Makes planned writes of a tenant in one transaction: all of them, or none. */
@Injectable()
export class JointTransaction {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(SecretWrites) private readonly writes: SecretWrites,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {}

  /**
   * Makes the writes and records each of them. Locks are taken in the order in which imports take them.
   * @returns an answer to each, in their order; unless all are `ok`, nothing was written or recorded
   * @throws Busy, Unavailable as `TenantTransaction.run` does
   */
  async write(
    tenant: TenantContext,
    planned: readonly PlannedWrite[],
    deadline: number,
  ): Promise<readonly WriteAnswer[]> {
    const [first] = planned;
    if (first === undefined) return [];
    const sorted = [...planned].sort((one, other) => (one.key < other.key ? -1 : 1));
    let answers = new Map<PlannedWrite, WriteAnswer>();
    const work = async (manager: EntityManager): Promise<void> => {
      answers = await this.writeIn(manager, tenant, sorted);
      if (planned.some((write) => answers.get(write)?.outcome !== 'ok')) throw new NotAllWritten();
    };
    try {
      const options = { share: shareOf(tenant), deadline };
      await this.transaction.run(tenant.tenantId, first.event.id, work, options);
    } catch (error) {
      if (!(error instanceof NotAllWritten)) throw error;
    }
    return planned.map((write) => answerTo(write, answers));
  }

  /** Records writes that were not made, in one transaction. */
  async record({ tenantId, ...tenant }: TenantContext, events: readonly AuditEvent[]): Promise<void> {
    const [first] = events;
    if (first === undefined) return;
    const work = (manager: EntityManager): Promise<void> => this.audit.appendAll(manager, tenantId, events);
    await this.transaction.run(tenantId, first.id, work, { share: shareOf({ tenantId, ...tenant }) });
  }

  private async writeIn(
    manager: EntityManager,
    tenant: TenantContext,
    sorted: readonly PlannedWrite[],
  ): Promise<Map<PlannedWrite, WriteAnswer>> {
    const answers = new Map<PlannedWrite, WriteAnswer>();
    await lockTenants(manager, [tenant]);
    await lockKeys(
      manager,
      sorted.map(({ key, isGlobal }) => ({
        key,
        attributes: { visibility: isGlobal ? 'global' : 'tenant' },
      })),
    );
    for (const name of ['insert_secrets', 'update_secrets'] as const)
      for (const chunk of chunksOf(sorted.filter((write) => write.name === name))) {
        const records = chunk.map(({ record }) => record);
        const rows = await this.writes.writeIn(manager, name, records);
        chunk.forEach((write, place) => answers.set(write, answerTo(place, new Map(rows.entries()))));
      }
    return answers;
  }
}

function answerTo<K>(key: K, answers: ReadonlyMap<K, WriteAnswer>): WriteAnswer {
  const answer = answers.get(key);
  if (answer === undefined) throw new Error('Every write has an answer');
  return answer;
}

/** Divides the writes into those of one statement each. */
function* chunksOf(writes: readonly PlannedWrite[]): Generator<readonly PlannedWrite[]> {
  let chunk: PlannedWrite[] = [];
  let bytes = 0;
  for (const write of writes) {
    if (chunk.length > 0 && bytes + write.record.bytes > MOST_BYTES) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push(write);
    bytes += write.record.bytes;
  }
  if (chunk.length > 0) yield chunk;
}
