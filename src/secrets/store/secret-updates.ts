import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import { Refusal } from '../../audit/refusal.js';
import { Busy } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { deadlineOfNow, retryContention } from '../../database/contention.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import type { StoredSecret } from '../secret.js';
import { shareOf } from '../share-of.js';
import type { ChangeOptions, Decide, DecideDeletion, Missing, UpdateOutcome } from '../secrets.repository.js';
import { KeyTurns } from './key-turns.js';
import { SecretChanges, type Change } from './secret-changes.js';
import { SecretLookups } from './secret-lookups.js';
import { SecretWrites } from './secret-writes.js';

/** Limits the look-ups without a lock. The next one locks the row, so that changes on other replicas must wait. */
const UNLOCKED_LOOKS = 2;

/** Prepares the change of a secret that was looked up. */
type Prepare = (current: StoredSecret) => Promise<Change | Refusal>;

interface Act {
  readonly tenant: TenantContext;
  readonly key: string;
  readonly event: AuditEvent;
  readonly prepare: Prepare;
  readonly deadline: number;
  readonly isConditional: boolean;
}

/** Describes a removal beside its decision. */
interface RemovalOptions extends ChangeOptions {
  /** Prepares the removal of a part of the secret, in place of all of it. */
  readonly prepare?: (current: StoredSecret) => Change;
}

/** Describes an update beside its decision. */
interface UpdateOptions<A> extends ChangeOptions {
  /** Handles an absent secret, and returns undefined if it exists now; by default the absence is recorded. */
  readonly absent?: () => Promise<A | undefined>;
}

/**
 * Updates and removes secrets: looks a secret up, decides, and writes if the secret is unchanged since. If somebody
 * else changed it first, all of it is repeated, including the decision.
 */
@Injectable()
export class SecretUpdates {
  constructor(
    @Inject(KeyTurns) private readonly turns: KeyTurns,
    @Inject(SecretChanges) private readonly changes: SecretChanges,
    @Inject(SecretLookups) private readonly lookups: SecretLookups,
    @Inject(SecretWrites) private readonly writes: SecretWrites,
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {}

  /**
   * Updates a secret.
   * @throws Forbidden, Busy, Unavailable as `SecretInserts.insert` does
   */
  update<A = never>(
    tenant: TenantContext,
    key: string,
    decide: Decide,
    event: AuditEvent,
    { absent, isConditional = false }: UpdateOptions<A> = {},
  ): Promise<UpdateOutcome | A> {
    const prepare: Prepare = (current) => this.changes.update(tenant, current, decide, event);
    return this.perform({ tenant, key, event, prepare, isConditional, deadline: deadlineOfNow() }, absent);
  }

  /**
   * Removes a secret, or does what `prepare` says instead.
   * @throws Busy, Unavailable as `SecretInserts.insert` does
   */
  remove(
    tenant: TenantContext,
    key: string,
    decide: DecideDeletion,
    event: AuditEvent,
    {
      isConditional = false,
      prepare: removal = (current) => this.changes.removal(tenant, current, event),
    }: RemovalOptions = {},
  ): Promise<UpdateOutcome> {
    const prepare: Prepare = async (current) => (await decide(current)) ?? removal(current);
    return this.perform({ tenant, key, event, prepare, isConditional, deadline: deadlineOfNow() });
  }

  /**
   * Tries at once, since concurrent changes of a key are rare; then takes turns with the other changes. A conditional
   * change looks again before: what overtook it is most likely what refuses it.
   */
  private async perform<A = never>(
    act: Act,
    absent?: () => Promise<A | undefined>,
  ): Promise<UpdateOutcome | A> {
    const outcome =
      (await this.attempt(act, absent)) ?? (act.isConditional ? await this.attempt(act, absent) : undefined);
    return outcome ?? this.turns.run(act.tenant, act.key, () => this.repeatedly(act, absent));
  }

  private async repeatedly<A = never>(
    act: Act,
    absent?: () => Promise<A | undefined>,
  ): Promise<UpdateOutcome | A> {
    for (let looks = 1; performance.now() < act.deadline; looks = (looks + 1) % (UNLOCKED_LOOKS + 1)) {
      const outcome =
        looks < UNLOCKED_LOOKS ? await this.attempt(act, absent) : await this.attemptWithLock(act);
      if (outcome !== undefined) return outcome;
    }
    throw new Busy();
  }

  /** @returns undefined if the secret has changed since the look-up */
  private async attempt<A>(
    { tenant, key, event, prepare, deadline }: Act,
    absent: (() => Promise<A | undefined>) | undefined,
  ): Promise<UpdateOutcome | A | undefined> {
    const found = await this.lookups.find(tenant, key);
    if ('kind' in found)
      return found.kind === 'absent' && absent !== undefined ? absent() : this.missing(tenant, event, found);
    const change = await prepare(found);
    if (change instanceof Refusal) {
      await this.audit.record(tenant.tenantId, refusedEvent(event, found, change));
      return change;
    }
    return change.outcomeOf(await this.writes.write(change.name, { ...change.write, deadline }));
  }

  /** Locks the row before it decides, so that nobody can change it first. Returns undefined if there is no row. */
  private attemptWithLock({
    tenant,
    key,
    event,
    prepare,
    deadline,
  }: Act): Promise<UpdateOutcome | undefined> {
    const work = async (manager: EntityManager): Promise<UpdateOutcome | undefined> => {
      const current = await this.lookups.lock(manager, tenant, key);
      if (current === undefined) return undefined;
      const change = await prepare(current);
      if (change instanceof Refusal) {
        await this.audit.append(manager, tenant.tenantId, refusedEvent(event, current, change));
        return change;
      }
      const [answer] = await this.writes.writeIn(manager, change.name, [change.write.record]);
      return answer === undefined ? undefined : change.outcomeOf(answer);
    };
    const options = { lane: 'contended', share: shareOf(tenant), deadline } as const;
    return retryContention(() => this.transaction.run(tenant.tenantId, event.id, work, options), deadline);
  }

  private async missing(tenant: TenantContext, event: AuditEvent, missing: Missing): Promise<Missing> {
    const outcome = missing.kind === 'foreign' ? 'refused' : 'not_found';
    await this.audit.record(tenant.tenantId, { ...event, outcome });
    return missing;
  }
}

/** Returns the event of a change that was refused after the secret was looked up. */
export function refusedEvent(event: AuditEvent, { id }: StoredSecret, { outcome }: Refusal): AuditEvent {
  return { ...event, secretId: id, outcome };
}
