import { Inject, Injectable } from '@nestjs/common';
import type { AuditEvent } from '../../audit/audit-event.js';
import type { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { Lanes } from '../../database/lanes.js';
import { UsersRepository } from '../../users/users.repository.js';
import { keptExpiry } from '../expiry/secret-expiry.js';
import type { StoredSecret } from '../secret.js';
import type { Decide, NewOwner, SecretUpdate, Trashed, UpdateOutcome } from '../secrets.repository.js';
import { SecretLookups } from './secret-lookups.js';
import { destructionRecord, removalRecord, updateRecord, widens } from './secret-records.js';
import { SecretRows } from './secret-row.js';
import type { SecretWrite, WriteAnswer, WriteFunction } from './secret-writes.js';

/** Describes a change of a secret that was looked up: the write, and the meaning of its answer. */
export interface Change {
  readonly name: WriteFunction;
  readonly write: SecretWrite;
  /**
   * @returns undefined if the secret has changed since the look-up
   * @throws Forbidden if the tenant was deleted since the caller's rights were read
   */
  readonly outcomeOf: (answer: WriteAnswer) => UpdateOutcome | undefined;
}

/** Prepares changes of secrets. */
@Injectable()
export class SecretChanges {
  constructor(
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(UsersRepository) private readonly users: UsersRepository,
  ) {}

  /** Decides on an update, and prepares it unless it is refused. */
  async update(
    tenant: TenantContext,
    current: StoredSecret,
    decide: Decide,
    event: AuditEvent,
  ): Promise<Change | Refusal> {
    const decision = await decide(current, (username) => this.findOwner(username));
    return decision.kind === 'update' ? this.ofUpdate(tenant, current, decision, event) : decision;
  }

  /** Prepares the removal of a secret. */
  removal(tenant: TenantContext, current: StoredSecret, event: AuditEvent): Change {
    const { tenantId, userId } = tenant;
    const record = removalRecord(this.rows, current, event);
    return {
      name: 'remove_secrets',
      write: {
        ...{ tenantId, callerId: userId, eventId: event.id, record, mayBatch: true, bytes: record.bytes },
        recover: () => this.recoverRemoval(tenant, current),
      },
      outcomeOf: (answer) =>
        answer.outcome === 'ok'
          ? { kind: 'changed', secret: current, trashed: trashedBy(answer) }
          : undefined,
    };
  }

  /** Prepares the destruction of a version. */
  destruction(tenant: TenantContext, current: StoredSecret, version: number, event: AuditEvent): Change {
    const { tenantId, userId } = tenant;
    const record = destructionRecord(this.rows, { authorId: userId, current, version, event });
    return {
      name: 'destroy_secret_versions',
      write: {
        ...{ tenantId, callerId: userId, eventId: event.id, record, mayBatch: true, bytes: record.bytes },
        recover: () => Promise.resolve(answerOf(current)),
      },
      outcomeOf: ({ outcome }) => (outcome === 'ok' ? { kind: 'changed', secret: current } : undefined),
    };
  }

  private ofUpdate(
    tenant: TenantContext,
    current: StoredSecret,
    update: SecretUpdate,
    event: AuditEvent,
  ): Change {
    const { tenantId, userId } = tenant;
    const recorded = withOwner(event, update);
    const record = updateRecord(this.rows, { authorId: userId, current, update, event: recorded });
    const isWidened = widens(current, update);
    return {
      name: 'update_secrets',
      write: {
        ...{ tenantId, callerId: userId, eventId: event.id, record, bytes: record.bytes },
        mayBatch: !isWidened && update.owner === undefined,
        // Only the lost answer would have told whether the key could become global.
        recover: async () => (isWidened ? undefined : this.recover(tenant, current, event)),
      },
      outcomeOf: (answer) => updateOutcome(tenant, current, { update, event }, answer),
    };
  }

  /** Returns the answer if the secret still has the mark of the update, and undefined otherwise. */
  private async recover(
    tenant: TenantContext,
    { id, key }: StoredSecret,
    { id: mark }: AuditEvent,
  ): Promise<WriteAnswer | undefined> {
    const now = await this.lookups.find(tenant, key);
    return 'kind' in now || now.id !== id || now.mark !== mark ? undefined : answerOf(now);
  }

  /** Returns the answer, without a time if the secret has left the trash since. */
  private async recoverRemoval(tenant: TenantContext, current: StoredSecret): Promise<WriteAnswer> {
    const trashed = await this.lookups.findTrashed(tenant, current.id);
    const answer = answerOf(current);
    if (trashed === undefined) return answer;
    return { ...answer, updated_at: trashed.deletedAt, trash_days: trashed.trashDays };
  }

  private async findOwner(username: string): Promise<NewOwner | undefined> {
    const user = await this.lanes.withManager('reads', undefined, (manager) =>
      this.users.findByName(manager, username),
    );
    return user === null ? undefined : { id: user.id, name: user.username };
  }
}

function trashedBy({ updated_at: deletedAt, trash_days: trashDays }: WriteAnswer): Trashed | undefined {
  return trashDays === undefined ? undefined : { deletedAt, trashDays };
}

/** Describes an update that was sent, and its event. */
interface SentUpdate {
  readonly update: SecretUpdate;
  readonly event: AuditEvent;
}

function updateOutcome(
  tenant: TenantContext,
  current: StoredSecret,
  sent: SentUpdate,
  answer: WriteAnswer,
): UpdateOutcome | undefined {
  switch (answer.outcome) {
    case 'ok':
      return { kind: 'changed', secret: updatedSecret(tenant, current, sent, answer) };
    case 'stale':
      return undefined;
    case 'no_tenant':
      throw tenantRefused('secret_create', tenant.tenantName);
    default:
      return { kind: 'exists' };
  }
}

function withOwner(event: AuditEvent, { owner }: SecretUpdate): AuditEvent {
  return owner === undefined ? event : { ...event, detail: { ...event.detail, owner: owner.name } };
}

function answerOf({ version, revision, createdAt, updatedAt }: StoredSecret): WriteAnswer {
  return { outcome: 'ok', version, revision, created_at: createdAt, updated_at: updatedAt };
}

/** Returns the secret as it is after the update. */
export function updatedSecret(
  { userId: updatedBy }: TenantContext,
  current: StoredSecret,
  { update, event: { id: mark } }: SentUpdate,
  answer: WriteAnswer,
): StoredSecret {
  const { attributes, value, owner, providerOptions, newKey } = update;
  return {
    ...current,
    ...(newKey === undefined && { expiresAt: keptExpiry(current), isExpired: false }),
    ...attributes,
    key: newKey ?? current.key,
    value: value ?? current.value,
    providerOptions: providerOptions === undefined ? current.providerOptions : providerOptions,
    ...(owner !== undefined && { creatorId: owner.id, creatorName: owner.name }),
    version: answer.version,
    revision: answer.revision,
    mark,
    updatedBy,
    updatedAt: answer.updated_at,
  };
}
