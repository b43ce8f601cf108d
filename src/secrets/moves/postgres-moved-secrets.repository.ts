import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { deadlineOfNow, retryContention } from '../../database/contention.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import type { StoredSecret } from '../secret.js';
import { shareOf } from '../share-of.js';
import { updatedSecret } from '../store/secret-changes.js';
import { SecretLookups } from '../store/secret-lookups.js';
import { updateRecord } from '../store/secret-records.js';
import { SecretRows } from '../store/secret-row.js';
import { SecretWrites } from '../store/secret-writes.js';
import { BulkMoveTransaction } from './bulk-move-transaction.js';
import { moveOf } from './move-of.js';
import { isGlobal, MoveQueries } from './move-queries.js';
import {
  MovedSecretsRepository,
  type BulkMove,
  type BulkMoveRules,
  type KeyPair,
  type MoveOutcome,
  type MoveRules,
} from './moved-secrets.repository.js';
import { Overtaken, untilNotOvertaken } from './overtaken.js';

/** Holds a move of one secret. */
interface Move extends KeyPair {
  readonly rules: MoveRules;
  readonly event: AuditEvent;
}

/**
 * Moves secrets in PostgreSQL. A move locks what it moves before it decides, in the order of tenants, keys and rows, and
 * seals in its transaction: all that is sealed for a secret, at present its value and its options, is read, sealed anew and
 * written while nobody can change it.
 */
@Injectable()
export class PostgresMovedSecretsRepository extends MovedSecretsRepository {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
    @Inject(SecretWrites) private readonly writes: SecretWrites,
    @Inject(MoveQueries) private readonly queries: MoveQueries,
    @Inject(SecretRows) private readonly rows: SecretRows,
  ) {
    super();
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
    const parts = { queries: this.queries, rows: this.rows, writes: this.writes, audit: this.audit };
    const work = (manager: EntityManager): Promise<BulkMove | Refusal> =>
      new BulkMoveTransaction(manager, parts, tenant, rules).run();
    const options = { lane: 'imports', share: shareOf(tenant), deadline } as const;
    return untilNotOvertaken(
      () => retryContention(() => this.transaction.run(tenantId, eventId, work, options), deadline),
      deadline,
    );
  }

  private moveLocked(
    tenant: TenantContext,
    seen: StoredSecret,
    { key, newKey, rules, event }: Move,
    deadline: number,
  ): Promise<MoveOutcome> {
    const { tenantId } = tenant;
    const work = async (manager: EntityManager): Promise<MoveOutcome> => {
      if (!(await this.queries.lockMoves(manager, tenantId)))
        throw tenantRefused('secret_update', tenant.tenantName);
      await this.queries.lockKeys(manager, [{ current: seen, newKey }]);
      const current = await this.lookups.lock(manager, tenant, key);
      if (current === undefined || isGlobal(current) !== isGlobal(seen)) throw new Overtaken();
      const conflicts = await this.queries.conflicts(manager, tenant, [{ current, newKey }]);
      const conflict = conflicts.get(newKey);
      const refusal =
        (await rules.refusalOf(current, newKey)) ??
        (conflict === undefined ? undefined : rules.refusalOfKey(newKey, conflict));
      if (refusal !== undefined) {
        await this.audit.append(manager, tenantId, refusedEvent(event, current, refusal));
        return refusal;
      }
      const sent = { update: await moveOf({ current, newKey }, rules), event };
      const record = updateRecord(this.rows, { authorId: tenant.userId, current, ...sent });
      const [answer] = await this.writes.writeIn(manager, 'update_secrets', [record]);
      if (answer?.outcome !== 'ok') throw new Overtaken();
      return { kind: 'changed', secret: updatedSecret(tenant, current, sent, answer) };
    };
    return this.transaction.run(tenantId, event.id, work, { share: shareOf(tenant), deadline });
  }
}

function refusedEvent(event: AuditEvent, { id }: StoredSecret, { outcome }: Refusal): AuditEvent {
  return { ...event, secretId: id, outcome };
}
