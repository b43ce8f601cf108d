import { Inject, Injectable } from '@nestjs/common';
import type { AuditEvent } from '../../../audit/audit-event.js';
import { Refusal } from '../../../audit/refusal.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import type { StoredSecret } from '../../secret.js';
import type { CreateOutcome, Decide, Existing, NewSecret } from '../../secrets.repository.js';
import { SecretChanges } from '../../store/secret-changes.js';
import { insertOutcome } from '../../store/secret-inserts.js';
import { SecretLookups } from '../../store/secret-lookups.js';
import { insertRecord } from '../../store/secret-records.js';
import { SecretRows, type SecretRecord } from '../../store/secret-row.js';
import { refusedEvent } from '../../store/secret-updates.js';
import type { WriteAnswer } from '../../store/secret-writes.js';

/** Describes a write that is made together with others. */
export interface PlannedWrite {
  readonly kind: 'write';
  readonly name: 'insert_secrets' | 'update_secrets';
  readonly key: string;
  readonly isGlobal: boolean;
  readonly record: SecretRecord;
  readonly event: AuditEvent;
  /**
   * @returns undefined if the write has to be planned again, since the secret has changed
   * @throws Forbidden, Unauthorized as `SecretInserts.insert` does
   */
  readonly outcomeOf: (answer: WriteAnswer) => CreateOutcome | undefined;
}

/** Describes what is not written: why, and the event that says so. */
interface SettledWrite {
  readonly kind: 'settled';
  readonly outcome: CreateOutcome;
  readonly event: AuditEvent;
}

export type Plan = PlannedWrite | SettledWrite;

/** Plans writes as `SecretsRepository` makes them, but leaves it to others to make and to record them. */
@Injectable()
export class JointPlans {
  constructor(
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
    @Inject(SecretChanges) private readonly changes: SecretChanges,
  ) {}

  /** @throws what `existing.decide` throws, and Busy, Unavailable as `SecretLookups.find` does */
  async creation(
    tenant: TenantContext,
    secret: NewSecret,
    event: AuditEvent,
    existing: Existing | undefined,
  ): Promise<Plan> {
    const found = await this.lookups.find(tenant, secret.key);
    if ('kind' in found && found.kind === 'absent') return this.insertion(tenant, secret, event, existing);
    if (existing === undefined) return settled({ kind: 'exists' }, { ...event, outcome: 'conflict' });
    if ('kind' in found) return settled(found, { ...existing.event, outcome: 'refused' });
    return this.updateOf(tenant, found, existing.decide, existing.event);
  }

  /** @throws as `creation` does */
  async update(tenant: TenantContext, key: string, decide: Decide, event: AuditEvent): Promise<Plan> {
    const found = await this.lookups.find(tenant, key);
    if (!('kind' in found)) return this.updateOf(tenant, found, decide, event);
    return settled(found, { ...event, outcome: found.kind === 'foreign' ? 'refused' : 'not_found' });
  }

  private insertion(
    tenant: TenantContext,
    secret: NewSecret,
    event: AuditEvent,
    existing: Existing | undefined,
  ): PlannedWrite {
    const { tenantId, userId: authorId } = tenant;
    const record = insertRecord(this.rows, { tenantId, authorId, secret, event, recordConflict: false });
    const { key, attributes } = secret;
    return {
      ...{ kind: 'write', name: 'insert_secrets', key, record, event },
      isGlobal: attributes.visibility === 'global',
      outcomeOf: (answer) => {
        const outcome = insertOutcome(tenant, secret, event, answer);
        if (outcome.kind === 'created') return outcome;
        return outcome.kind === 'taken' && existing !== undefined ? undefined : { kind: 'exists' };
      },
    };
  }

  private async updateOf(
    tenant: TenantContext,
    current: StoredSecret,
    decide: Decide,
    event: AuditEvent,
  ): Promise<Plan> {
    const change = await this.changes.update(tenant, current, decide, event);
    if (change instanceof Refusal) return settled(change, refusedEvent(event, current, change));
    const { write, outcomeOf } = change;
    const { key } = current;
    return {
      kind: 'write',
      name: 'update_secrets',
      ...{ key, isGlobal: false, record: write.record, event, outcomeOf },
    };
  }
}

function settled(outcome: CreateOutcome, event: AuditEvent): SettledWrite {
  return { kind: 'settled', outcome, event };
}
