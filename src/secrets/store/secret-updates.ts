import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import { Unavailable } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { UsersRepository } from '../../users/users.repository.js';
import type { StoredSecret } from '../secret.js';
import type {
  Decide,
  DecideDeletion,
  Missing,
  NewOwner,
  SecretUpdate,
  UpdateOutcome,
} from '../secrets.repository.js';
import { SecretLookups } from './secret-lookups.js';
import { removalRecord, updateRecord, widens } from './secret-records.js';
import { SecretRows } from './secret-row.js';
import { SecretWrites, type WriteAnswer } from './secret-writes.js';

/** Equals the time for which a statement waits for a lock. */
const TIMEOUT_MS = 5_000;

/**
 * Updates and removes secrets: looks a secret up, decides, and writes if the secret is still as it was seen. Where
 * somebody else was quicker all of it is done again, and the decision is made anew.
 */
@Injectable()
export class SecretUpdates {
  constructor(
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(SecretWrites) private readonly writes: SecretWrites,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {}

  /** @throws Forbidden, Unavailable as `SecretInserts.insert` does */
  update(tenant: TenantContext, key: string, decide: Decide, event: AuditEvent): Promise<UpdateOutcome> {
    const find = (username: string): Promise<NewOwner | undefined> => this.findOwner(username);
    return this.repeatedly(tenant, key, event, async (current) => {
      const decision = await decide(current, find);
      if (decision.kind === 'update') return this.write(tenant, current, decision, event);
      await this.record(tenant, { ...event, secretId: current.id }, decision.outcome);
      return decision;
    });
  }

  /** @throws Unavailable as `SecretInserts.insert` does */
  remove(
    tenant: TenantContext,
    key: string,
    decide: DecideDeletion,
    event: AuditEvent,
  ): Promise<UpdateOutcome> {
    return this.repeatedly(tenant, key, event, async (current) => {
      const refusal = await decide(current);
      if (refusal === undefined) return this.writeRemoval(tenant, current, event);
      await this.record(tenant, { ...event, secretId: current.id }, refusal.outcome);
      return refusal;
    });
  }

  /** @param attempt returns nothing where the secret is no longer as it was seen */
  private async repeatedly(
    tenant: TenantContext,
    key: string,
    event: AuditEvent,
    attempt: (current: StoredSecret) => Promise<UpdateOutcome | undefined>,
  ): Promise<UpdateOutcome> {
    const deadline = performance.now() + TIMEOUT_MS;
    do {
      const found = await this.lookups.find(tenant, key);
      const outcome = isMissing(found) ? await this.missing(tenant, event, found) : await attempt(found);
      if (outcome !== undefined) return outcome;
    } while (performance.now() < deadline);
    throw new Unavailable();
  }

  private async write(
    tenant: TenantContext,
    current: StoredSecret,
    update: SecretUpdate,
    event: AuditEvent,
  ): Promise<UpdateOutcome | undefined> {
    const recorded = withOwner(event, update);
    const record = updateRecord(this.rows, { authorId: tenant.userId, current, update, event: recorded });
    const isWidened = widens(current, update);
    const answer = await this.writes.write('update_secrets', {
      ...{ tenantId: tenant.tenantId, eventId: event.id, record, bytes: record.bytes },
      mayBatch: !isWidened && update.owner === undefined,
      // Whether a key could become global only the lost answer said.
      recover: async () => (isWidened ? undefined : this.recover(tenant, current)),
    });
    switch (answer.outcome) {
      case 'ok':
        return { kind: 'changed', secret: updated(current, update, answer) };
      case 'stale':
        return undefined;
      case 'no_tenant':
        throw tenantRefused('secret_create', tenant.tenantName);
      default:
        return { kind: 'exists' };
    }
  }

  private async writeRemoval(
    { tenantId }: TenantContext,
    current: StoredSecret,
    event: AuditEvent,
  ): Promise<UpdateOutcome | undefined> {
    const record = removalRecord(this.rows, current, event);
    const answer = await this.writes.write('remove_secrets', {
      ...{ tenantId, eventId: event.id, record, mayBatch: true, bytes: record.bytes },
      recover: () => Promise.resolve(answerOf(current)),
    });
    return answer.outcome === 'ok' ? { kind: 'changed', secret: current } : undefined;
  }

  /** An update of what was seen is the next revision. */
  private async recover(tenant: TenantContext, current: StoredSecret): Promise<WriteAnswer | undefined> {
    const now = await this.lookups.find(tenant, current.key);
    if (isMissing(now) || now.id !== current.id || now.revision !== current.revision + 1) return undefined;
    return answerOf(now);
  }

  private async findOwner(username: string): Promise<NewOwner | undefined> {
    const user = await this.users.findByName(this.dataSource.manager, username);
    return user === null ? undefined : { id: user.id, name: user.username };
  }

  private async missing(tenant: TenantContext, event: AuditEvent, missing: Missing): Promise<Missing> {
    await this.record(tenant, event, missing.kind === 'foreign' ? 'refused' : 'not_found');
    return missing;
  }

  private record(tenant: TenantContext, event: AuditEvent, outcome: AuditEvent['outcome']): Promise<void> {
    return this.audit.record(tenant.tenantId, { ...event, outcome });
  }
}

function isMissing(found: StoredSecret | Missing): found is Missing {
  return 'kind' in found;
}

function withOwner(event: AuditEvent, { owner }: SecretUpdate): AuditEvent {
  return owner === undefined ? event : { ...event, detail: { ...event.detail, owner: owner.name } };
}

function answerOf({ version, revision, createdAt, updatedAt }: StoredSecret): WriteAnswer {
  return { outcome: 'ok', version, revision, created_at: createdAt, updated_at: updatedAt };
}

/** Returns the secret as it is after the update. */
function updated(current: StoredSecret, update: SecretUpdate, answer: WriteAnswer): StoredSecret {
  const { attributes, value, owner, providerOptions } = update;
  return {
    ...current,
    ...attributes,
    value: value ?? current.value,
    providerOptions: providerOptions === undefined ? current.providerOptions : providerOptions,
    ...(owner !== undefined && { creatorId: owner.id, creatorName: owner.name }),
    version: answer.version,
    revision: answer.revision,
    updatedAt: answer.updated_at,
  };
}
