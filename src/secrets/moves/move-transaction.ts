import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import type { AuditWriter } from '../../audit/audit-writer.js';
import type { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import type { StoredSecret } from '../secret.js';
import { updatedSecret } from '../store/secret-changes.js';
import type { SecretLookups } from '../store/secret-lookups.js';
import { updateRecord } from '../store/secret-records.js';
import type { SecretRows } from '../store/secret-row.js';
import { refusedEvent } from '../store/secret-updates.js';
import type { SecretWrites } from '../store/secret-writes.js';
import { MOST_BYTES } from './chunks-of.js';
import { moveOf } from './move-of.js';
import { isGlobal, type MoveQueries, type Moving } from './move-queries.js';
import type { KeyPair, MoveOutcome, MoveRules, MoveSize } from './moved-secrets.repository.js';
import type { EarlierVersion, MovedVersions } from './moved-versions.js';
import { Overtaken } from './overtaken.js';

/** Holds a move of one secret. */
export interface Move extends KeyPair {
  readonly rules: MoveRules;
  readonly event: AuditEvent;
}

interface Parts {
  readonly lookups: SecretLookups;
  readonly queries: MoveQueries;
  readonly rows: SecretRows;
  readonly writes: SecretWrites;
  readonly audit: AuditWriter;
  readonly versions: MovedVersions;
}

/** Ends the transaction of a move with more to seal anew than may hold up other writes. */
export class MuchHistory extends Error {}

/**
 * Moves one secret within its transaction: locks it, decides, and writes it with its earlier versions. Locks are taken in
 * the order of tenants, keys and rows.
 */
export class MoveTransaction {
  /** @param isLong whether the transaction may take seconds */
  constructor(
    private readonly manager: EntityManager,
    private readonly parts: Parts,
    private readonly tenant: TenantContext,
    private readonly isLong: boolean,
  ) {}

  /**
   * @param seen the secret as it was looked up before
   * @throws Forbidden if the tenant was deleted
   * @throws Overtaken when the secret changes at the same moment
   * @throws MuchHistory unless the transaction may take seconds
   */
  async run(seen: StoredSecret, move: Move): Promise<MoveOutcome> {
    const current = await this.locked(seen, move);
    const versions = await this.parts.versions.find(this.manager, this.tenant, [current.id]);
    const size = sizeOf(current, versions);
    const refusal = await this.refusal({ current, newKey: move.newKey }, size, move.rules);
    if (refusal !== undefined) {
      const { event } = move;
      await this.parts.audit.append(
        this.manager,
        this.tenant.tenantId,
        refusedEvent(event, current, refusal),
      );
      return refusal;
    }
    if (!this.isLong && size.bytes > MOST_BYTES) throw new MuchHistory();
    return this.write({ current, newKey: move.newKey }, versions, move);
  }

  private async locked(seen: StoredSecret, { key, newKey }: KeyPair): Promise<StoredSecret> {
    const { queries, lookups } = this.parts;
    if (!(await queries.lockMoves(this.manager, this.tenant.tenantId)))
      throw tenantRefused('secret_update', this.tenant.tenantName);
    await queries.lockKeys(this.manager, [{ current: seen, newKey }]);
    const current = await lookups.lock(this.manager, this.tenant, key);
    if (current === undefined || isGlobal(current) !== isGlobal(seen)) throw new Overtaken();
    return current;
  }

  private async refusal(moving: Moving, size: MoveSize, rules: MoveRules): Promise<Refusal | undefined> {
    const { current, newKey } = moving;
    const conflicts = await this.parts.queries.conflicts(this.manager, this.tenant, [moving]);
    const conflict = conflicts.get(newKey);
    return (
      (await rules.refusalOf(current, newKey)) ??
      (conflict === undefined ? undefined : rules.refusalOfKey(newKey, conflict)) ??
      rules.refusalOfSize(size)
    );
  }

  private async write(
    moving: Moving,
    versions: readonly EarlierVersion[],
    { rules, event }: Move,
  ): Promise<MoveOutcome> {
    const { manager, tenant, parts } = this;
    const { current } = moving;
    const sent = { update: await moveOf(moving, rules), event };
    const record = updateRecord(parts.rows, { authorId: tenant.userId, current, ...sent });
    const [answer] = await parts.writes.writeIn(manager, 'update_secrets', [record]);
    if (answer?.outcome !== 'ok') throw new Overtaken();
    await parts.versions.reseal(manager, tenant, { moves: [moving], versions }, rules);
    return { kind: 'changed', secret: updatedSecret(tenant, current, sent, answer) };
  }
}

function sizeOf({ value, providerOptions }: StoredSecret, versions: readonly EarlierVersion[]): MoveSize {
  const current = value.size + (providerOptions?.size ?? 0);
  const bytes = versions.reduce((sum, version) => sum + version.bytes, current);
  return { secrets: 1, versions: versions.length, bytes };
}
