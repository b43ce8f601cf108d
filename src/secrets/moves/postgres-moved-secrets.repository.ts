import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { deadlineOfNow, retryContention } from '../../database/contention.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import type { StoredSecret } from '../secret.js';
import { shareOf } from '../share-of.js';
import { SecretLookups } from '../store/secret-lookups.js';
import { SecretRows } from '../store/secret-row.js';
import { refusedEvent } from '../store/secret-updates.js';
import { SecretWrites } from '../store/secret-writes.js';
import { BulkMoveTransaction } from './bulk-move-transaction.js';
import { MoveQueries } from './move-queries.js';
import { MoveTransaction, MuchHistory, type Move } from './move-transaction.js';
import {
  MovedSecretsRepository,
  type BulkMove,
  type BulkMoveRules,
  type KeyPair,
  type MoveOutcome,
  type MoveRules,
} from './moved-secrets.repository.js';
import { MovedVersions } from './moved-versions.js';
import { untilNotOvertaken } from './overtaken.js';

/**
 * Moves secrets in PostgreSQL. A move locks what it moves before it decides, in the order of tenants, keys and rows, and
 * seals in its transaction: all that is sealed for a secret, its value, its options and its earlier versions, is read, sealed
 * anew and written while nobody can change it.
 */
@Injectable()
export class PostgresMovedSecretsRepository extends MovedSecretsRepository {
  private readonly parts;

  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
    @Inject(SecretWrites) writes: SecretWrites,
    @Inject(MoveQueries) queries: MoveQueries,
    @Inject(MovedVersions) versions: MovedVersions,
    @Inject(SecretRows) rows: SecretRows,
  ) {
    super();
    this.parts = { audit, lookups, writes, queries, versions, rows };
  }

  move(tenant: TenantContext, keys: KeyPair, rules: MoveRules, event: AuditEvent): Promise<MoveOutcome> {
    const deadline = deadlineOfNow();
    return untilNotOvertaken(async () => {
      const found = await this.lookups.find(tenant, keys.key);
      if ('kind' in found) {
        const outcome = found.kind === 'foreign' ? 'refused' : 'not_found';
        await this.audit.record(tenant.tenantId, { ...event, outcome });
        return found;
      }
      // Who may not move it takes no lock.
      const refusal = await rules.refusalOf(found, keys.newKey);
      if (refusal === undefined) return this.moveLocked(tenant, found, { ...keys, rules, event }, deadline);
      await this.audit.record(tenant.tenantId, refusedEvent(event, found, refusal));
      return refusal;
    }, deadline);
  }

  moveAll(tenant: TenantContext, rules: BulkMoveRules, eventId: string): Promise<BulkMove | Refusal> {
    const { tenantId } = tenant;
    const deadline = deadlineOfNow();
    const work = (manager: EntityManager): Promise<BulkMove | Refusal> =>
      new BulkMoveTransaction(manager, this.parts, tenant, rules).run();
    const options = { lane: 'imports', share: shareOf(tenant), deadline } as const;
    return untilNotOvertaken(
      () => retryContention(() => this.transaction.run(tenantId, eventId, work, options), deadline),
      deadline,
    );
  }

  /** Takes the place of a long transaction only if the secret has much history. */
  private async moveLocked(
    tenant: TenantContext,
    seen: StoredSecret,
    move: Move,
    deadline: number,
  ): Promise<MoveOutcome> {
    const run = (lane: 'writes' | 'imports'): Promise<MoveOutcome> =>
      this.transaction.run(
        tenant.tenantId,
        move.event.id,
        (manager) => new MoveTransaction(manager, this.parts, tenant, lane === 'imports').run(seen, move),
        { lane, share: shareOf(tenant), deadline },
      );
    try {
      return await run('writes');
    } catch (error) {
      if (!(error instanceof MuchHistory)) throw error;
      return retryContention(() => run('imports'), deadline);
    }
  }
}
