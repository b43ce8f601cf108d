import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import type { AuditOutcome } from '../../audit/outcomes.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { administers } from '../secret-access.js';
import { shareOf } from '../share-of.js';
import type { LastRead, LastReads, LastReadsOutcome } from './last-reads.js';

type Found = { readonly outcome: 'ok' | 'not_found' | 'foreign'; readonly id: string | null };

/** Maps what was found to the outcome of the event. */
const RECORDED = { ok: 'ok', not_found: 'not_found', foreign: 'forbidden' } as const satisfies Record<
  string,
  AuditOutcome
>;

const FIND = 'SELECT outcome, id FROM versioned_secret($1, $2, $3, $4)';

const SECRET = `
  SELECT s.created_by AS "creatorId", greatest(s.created_at, i.reads_since) AS since,
         s.created_at >= i.reads_since AS "isComplete",
         coalesce(secret_reads_known_until($1), statement_timestamp()) AS until
  FROM secrets s CROSS JOIN installation i WHERE s.tenant_id = $1 AND s.id = $2`;

const READS = `
  SELECT r.version, r.read_at AS "readAt", u.username, t.name AS "tenantName"
  FROM secret_reads r
  LEFT JOIN users u ON NOT r.is_tenant AND u.id = r.reader_id
  LEFT JOIN tenants t ON r.is_tenant AND t.id = r.reader_id
  WHERE r.tenant_id = $1 AND r.secret_id = $2
  ORDER BY r.read_at DESC, r.version DESC, r.reader_id`;

/** Reads from PostgreSQL when secrets were last read. Row-level security of the tenant applies. */
@Injectable()
export class LastReadsRepository {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {}

  /**
   * Finds a secret as the list of its versions does, and commits the event with what happened as its outcome.
   * @throws Busy, Unavailable when the database is busy or cannot be reached
   */
  find(tenant: TenantContext, key: string, event: AuditEvent): Promise<LastReadsOutcome> {
    const { tenantId, userId } = tenant;
    const work = async (manager: EntityManager): Promise<LastReadsOutcome> => {
      const [{ outcome, id }] = await manager.query<[Found]>(FIND, [
        tenantId,
        key,
        userId,
        administers(tenant),
      ]);
      await this.audit.append(manager, tenantId, { ...event, secretId: id, outcome: RECORDED[outcome] });
      if (outcome !== 'ok') return { kind: outcome === 'foreign' ? 'foreign' : 'absent' };
      const [about] = await manager.query<[Omit<LastReads, 'reads'>]>(SECRET, [tenantId, id]);
      const reads = await manager.query<LastRead[]>(READS, [tenantId, id]);
      return { kind: 'found', lastReads: { ...about, reads } };
    };
    return this.transaction.run(tenantId, event.id, work, {
      ...{ lane: 'lists', share: shareOf(tenant), isolation: 'REPEATABLE READ' },
    });
  }
}
