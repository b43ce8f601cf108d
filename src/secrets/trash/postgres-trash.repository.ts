import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import { Busy, Unauthorized } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { deadlineOfNow } from '../../database/contention.js';
import { listRows } from '../../database/list-rows.js';
import type { Page } from '../../database/page-request.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { withinDeadline } from '../list/list-deadline.js';
import { administers } from '../secret-access.js';
import type { TrashedSecret } from '../secret.js';
import { shareOf } from '../share-of.js';
import { SecretLookups } from '../store/secret-lookups.js';
import { removalRecord, restorationRecord } from '../store/secret-records.js';
import { SecretRows } from '../store/secret-row.js';
import {
  SecretWrites,
  type SecretWrite,
  type WriteAnswer,
  type WriteFunction,
} from '../store/secret-writes.js';
import { toTrashedSecret, trashColumns, type TrashedRow } from '../store/trashed-row.js';
import { TRASH_COLUMNS, type TrashColumn, type TrashListOptions } from './trash-columns.js';
import { TrashRepository, type DecideTrashed, type TrashOutcome } from './trash.repository.js';

/** Takes the tenant as $1, the caller as $2 and whether the caller administers the tenant as $3. */
const FROM = `
  FROM find_trash($1::uuid, NULL) t WHERE (t.visibility <> 'private' OR t.created_by = $2::uuid OR $3::boolean)`;

/** Computes a bound for the size of an item in an answer. */
const BYTES = `coalesce(octet_length(to_json(t.description)::text), 4) + 2 * octet_length(t.key) + 2 * octet_length(t.creator_name) + 1500`;

/** Describes the write that takes a secret out of the trash. */
interface Departure {
  readonly name: WriteFunction;
  readonly write: Omit<SecretWrite, 'tenantId' | 'callerId' | 'eventId' | 'deadline' | 'bytes'>;
  readonly after: (answer: WriteAnswer) => TrashedSecret;
}

/** Stores the trash in PostgreSQL. Only functions of the schema's owner access it. */
@Injectable()
export class PostgresTrashRepository extends TrashRepository {
  constructor(
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
    @Inject(SecretWrites) private readonly writes: SecretWrites,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {
    super();
  }

  list(tenant: TenantContext, options: TrashListOptions, event: AuditEvent): Promise<Page<TrashedSecret>> {
    const { tenantId, tenantName, userId } = tenant;
    const source = {
      select: trashColumns(this.rows, { schema: 'NULL::json' }),
      from: FROM,
      values: [tenantId, userId, administers(tenant)],
      columns: TRASH_COLUMNS,
      searched: 't.key',
      order: 't.deleted_at DESC, t.id',
      bytes: BYTES,
    };
    const work = async (manager: EntityManager): Promise<Page<TrashedSecret>> => {
      const { items, total } = await withinDeadline(() =>
        listRows<TrashedRow, TrashColumn>(manager, source, options),
      );
      await this.audit.append(manager, tenantId, event);
      return { items: items.map((row) => toTrashedSecret(this.rows, row, tenantName)), total };
    };
    return this.transaction.run(tenantId, event.id, work, {
      ...{ lane: 'lists', share: shareOf(tenant), isolation: 'REPEATABLE READ' },
    });
  }

  restore(
    tenant: TenantContext,
    id: string,
    decide: DecideTrashed,
    event: AuditEvent,
  ): Promise<TrashOutcome> {
    return this.depart(tenant, id, decide, event, (current) => this.restoration(tenant, current, event));
  }

  purge(tenant: TenantContext, id: string, decide: DecideTrashed, event: AuditEvent): Promise<TrashOutcome> {
    return this.depart(tenant, id, decide, event, (current) => ({
      name: 'purge_secrets',
      write: {
        record: removalRecord(this.rows, current, event),
        mayBatch: true,
        recover: () => Promise.resolve(answerOf(current)),
      },
      after: () => current,
    }));
  }

  /** Looks a secret up, decides, and writes; again if the secret has changed or left the trash in the meantime. */
  private async depart(
    tenant: TenantContext,
    id: string,
    decide: DecideTrashed,
    event: AuditEvent,
    prepare: (current: TrashedSecret) => Departure,
  ): Promise<TrashOutcome> {
    const { tenantId, userId: callerId } = tenant;
    const deadline = deadlineOfNow();
    while (performance.now() < deadline) {
      const current = await this.lookups.findTrashed(tenant, id);
      if (current === undefined) {
        await this.audit.record(tenantId, { ...event, outcome: 'not_found' });
        return { kind: 'absent' };
      }
      const refusal = await decide(current);
      if (refusal !== undefined) {
        await this.audit.record(tenantId, { ...event, key: current.key, outcome: refusal.outcome });
        return refusal;
      }
      const { name, write, after } = prepare(current);
      const { bytes } = write.record;
      const answer = await this.writes.write(name, {
        ...write,
        ...{ tenantId, callerId, eventId: event.id, deadline, bytes },
      });
      const outcome = outcomeOf(tenant, answer, current, after);
      if (outcome !== undefined) return outcome;
    }
    throw new Busy();
  }

  private restoration(tenant: TenantContext, current: TrashedSecret, event: AuditEvent): Departure {
    const { userId: authorId, username } = tenant;
    const ownerId = current.creatorIsDeleted ? authorId : undefined;
    const keepsOptions = administers(tenant);
    const recorded =
      ownerId === undefined ? event : { ...event, detail: { ...event.detail, owner: username } };
    return {
      name: 'restore_secrets',
      write: {
        record: restorationRecord(this.rows, current, { authorId, ownerId, keepsOptions }, recorded),
        // The key of a global secret is locked against everybody, which may take a while.
        mayBatch: current.visibility !== 'global',
        recover: () => this.recover(tenant, current, event),
      },
      after: ({ revision, updated_at: updatedAt }) => ({
        ...current,
        ...(ownerId !== undefined && { creatorId: ownerId, creatorName: username }),
        ...{ revision, updatedAt, updatedBy: authorId, mark: event.id },
      }),
    };
  }

  /** Returns the answer if the secret still has the mark of its restoration, and undefined otherwise. */
  private async recover(
    tenant: TenantContext,
    { id, key }: TrashedSecret,
    { id: mark }: AuditEvent,
  ): Promise<WriteAnswer | undefined> {
    const now = await this.lookups.find(tenant, key);
    return 'kind' in now || now.id !== id || now.mark !== mark ? undefined : answerOf(now);
  }
}

function answerOf({
  version,
  revision,
  createdAt,
  updatedAt,
}: Pick<TrashedSecret, 'version' | 'revision' | 'createdAt' | 'updatedAt'>): WriteAnswer {
  return { outcome: 'ok', version, revision, created_at: createdAt, updated_at: updatedAt };
}

/** Returns undefined if the secret has changed since the look-up. */
function outcomeOf(
  { tenantName }: TenantContext,
  answer: WriteAnswer,
  current: TrashedSecret,
  after: Departure['after'],
): TrashOutcome | undefined {
  switch (answer.outcome) {
    case 'ok':
      return { kind: 'done', secret: after(answer) };
    case 'stale':
      return undefined;
    case 'no_owner':
      throw new Unauthorized();
    case 'no_tenant':
      throw tenantRefused('secret_restore', tenantName);
    case 'key_elsewhere':
      return { kind: 'elsewhere', secret: current };
    case 'exists':
    case 'global_elsewhere':
      return { kind: 'taken', secret: current };
  }
}
