import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import { Unavailable } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { GroupCommit } from '../../database/group-commit.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { UsersRepository } from '../../users/users.repository.js';
import { SecretFindingBatch } from './secret-lookup.batch.js';
import {
  bytesOf,
  changeAlone,
  changeTogether,
  deleteOf,
  widens,
  type Modification,
} from './secret-modification.statements.js';
import type {
  BeforeDelete,
  Change,
  ChangeOutcome,
  Decide,
  Missing,
  NewOwner,
} from '../secrets.repository.js';
import type { StoredSecret } from '../secret.js';

interface Answer {
  outcome: 'ok' | 'stale' | 'conflict' | 'no_tenant';
  version: number;
  revision: number;
  updated_at: Date;
}

/** As long as one would wait for a lock. */
const TIMEOUT_MS = 5_000;

/**
 * Changes and deletions: a look, a decision, and a call that does it, with its event, if the secret is still as it was
 * seen. Where somebody else was quicker all of it is done again, and the decision is made anew.
 */
@Injectable()
export class SecretModification {
  private readonly changes: GroupCommit<Modification, Answer>;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(SecretFindingBatch) private readonly finding: SecretFindingBatch,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {
    this.changes = new GroupCommit<Modification, Answer>(transaction, {
      together: changeTogether,
      alone: changeAlone,
      mayShare: (modification) => !widens(modification) && modification.change.owner === undefined,
      bytesOf,
      found: (modification) => this.found(modification),
    });
  }

  update(tenant: TenantContext, key: string, decide: Decide, event: AuditEvent): Promise<ChangeOutcome> {
    return this.persistently(tenant, key, event, async (current) => {
      const decision = await decide(current, (username) => this.owner(username));
      if (decision.kind === 'change') return this.change({ tenant, current, change: decision, event });
      await this.record(tenant, event, decision.outcome);
      return decision;
    });
  }

  delete(
    tenant: TenantContext,
    key: string,
    before: BeforeDelete,
    event: AuditEvent,
  ): Promise<ChangeOutcome> {
    return this.persistently(tenant, key, event, async (current) => {
      const refusal = await before(current);
      if (refusal === undefined) return this.erase(tenant, current, event);
      await this.record(tenant, event, refusal.outcome);
      return refusal;
    });
  }

  /** @param act gives nothing where the secret is no longer as it was seen */
  private async persistently(
    tenant: TenantContext,
    key: string,
    event: AuditEvent,
    act: (current: StoredSecret) => Promise<ChangeOutcome | undefined>,
  ): Promise<ChangeOutcome> {
    const deadline = Date.now() + TIMEOUT_MS;
    do {
      const found = await this.finding.find(tenant, key);
      const outcome = isMissing(found) ? await this.missing(tenant, event, found) : await act(found);
      if (outcome !== undefined) return outcome;
    } while (Date.now() < deadline);
    throw new Unavailable();
  }

  private async change(modification: Modification): Promise<ChangeOutcome | undefined> {
    const { tenant, current, change } = modification;
    const answer = await this.changes.perform(modification);
    switch (answer.outcome) {
      case 'ok':
        return { kind: 'changed', secret: changed(current, change, answer) };
      case 'conflict':
        return { kind: 'exists' };
      case 'no_tenant':
        throw tenantRefused('secret_create', tenant.tenantName);
      case 'stale':
        return undefined;
    }
  }

  private async erase(
    tenant: TenantContext,
    current: StoredSecret,
    event: AuditEvent,
  ): Promise<ChangeOutcome | undefined> {
    const statement = deleteOf(tenant, current, event);
    const { outcome } = await this.transaction.call<{ outcome: string }>(
      tenant.tenantId,
      event.id,
      statement,
      () => Promise.resolve({ outcome: 'ok' }),
    );
    return outcome === 'ok' ? { kind: 'changed', secret: current } : undefined;
  }

  /** A change of what was seen is the next revision. Whether a key could become global only its answer said. */
  private async found(modification: Modification): Promise<Answer | undefined> {
    const { tenant, current } = modification;
    if (widens(modification)) return undefined;
    const now = await this.finding.find(tenant, current.key);
    if (isMissing(now) || now.id !== current.id || now.revision !== current.revision + 1) return undefined;
    return { outcome: 'ok', version: now.version, revision: now.revision, updated_at: now.updatedAt };
  }

  private async owner(username: string): Promise<NewOwner | undefined> {
    const user = await new UsersRepository().findByName(this.dataSource.manager, username);
    return user === null ? undefined : { id: user.id, name: user.username };
  }

  private async missing(tenant: TenantContext, event: AuditEvent, missing: Missing): Promise<Missing> {
    await this.record(tenant, event, missing.kind === 'foreign' ? 'refused' : 'not_found');
    return missing;
  }

  private record(tenant: TenantContext, event: AuditEvent, outcome: string): Promise<void> {
    return this.audit.record(tenant.tenantId, { ...event, outcome });
  }
}

function isMissing(found: StoredSecret | Missing): found is Missing {
  return 'kind' in found;
}

/** As it is after the change. */
function changed(current: StoredSecret, change: Change, answer: Answer): StoredSecret {
  const { value, visibility, isHiddenValue, owner, providerOptions } = change;
  return {
    ...current,
    value: value ?? current.value,
    visibility: visibility ?? current.visibility,
    isHiddenValue: isHiddenValue ?? current.isHiddenValue,
    providerOptions: providerOptions === undefined ? current.providerOptions : providerOptions,
    ...(owner !== undefined && { creatorId: owner.id, creatorName: owner.name }),
    version: answer.version,
    revision: answer.revision,
    updatedAt: answer.updated_at,
  };
}
