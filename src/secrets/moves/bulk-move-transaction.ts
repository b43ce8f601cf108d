import type { EntityManager } from 'typeorm';
import type { AuditEvent } from '../../audit/audit-event.js';
import type { AuditWriter } from '../../audit/audit-writer.js';
import { Refusal } from '../../audit/refusal.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { updateRecord } from '../store/secret-records.js';
import type { SecretRows } from '../store/secret-row.js';
import type { SecretWrites } from '../store/secret-writes.js';
import { chunksOf } from './chunks-of.js';
import { moveOf } from './move-of.js';
import type { MoveQueries, Moving, SelectedSecret } from './move-queries.js';
import type { BulkMove, BulkMoveRules, KeyPair, MoveProblem, MoveSize } from './moved-secrets.repository.js';
import type { MovedVersions } from './moved-versions.js';
import { Overtaken } from './overtaken.js';

interface Parts {
  readonly queries: MoveQueries;
  readonly rows: SecretRows;
  readonly writes: SecretWrites;
  readonly audit: AuditWriter;
  readonly versions: MovedVersions;
}

/**
 * Moves the secrets of a prefix within its transaction: locks them, decides on all of them, and writes them only if each
 * can move. Locks are taken in the order of tenants, keys and rows. A dry run locks nothing.
 */
export class BulkMoveTransaction {
  constructor(
    private readonly manager: EntityManager,
    private readonly parts: Parts,
    private readonly tenant: TenantContext,
    private readonly rules: BulkMoveRules,
  ) {}

  /** @throws Overtaken when the secrets of the prefix change at the same moment */
  async run(): Promise<BulkMove | Refusal> {
    const { refusalOfSize, refusalOfAll, dryRun } = this.rules;
    if (!dryRun) await this.lockMoves();
    const seen = await this.select(false);
    const outOfBounds = refusalOfSize(sizeOf(seen));
    if (outOfBounds !== undefined) return this.end(outOfBounds, seen.length, 0);
    const selected = dryRun ? seen : await this.locked(seen);
    const problems = await this.problemsOf(selected);
    const moves = selected.map(({ current: { key }, newKey }) => ({ key, newKey }));
    if (problems.length > 0 && !dryRun) {
      await this.recordRefused(selected, problems);
      return this.end(refusalOfAll(problems), moves.length, problems.length);
    }
    if (!dryRun) for (const chunk of chunksOf(selected)) await this.write(chunk);
    await this.end(undefined, moves.length, problems.length);
    return { kind: 'moved', moves, problems };
  }

  private async lockMoves(): Promise<void> {
    const { tenantId, tenantName } = this.tenant;
    if (!(await this.parts.queries.lockMoves(this.manager, tenantId)))
      throw tenantRefused('secret_update', tenantName);
  }

  private async select(locks: boolean): Promise<SelectedMove[]> {
    const { prefix, mostSecrets, newKeyOf } = this.rules;
    const selection = { prefix, limit: mostSecrets + 1, locks };
    const selected = await this.parts.queries.select(this.manager, this.tenant, selection);
    return selected.map(({ secret: current, ...sizes }) => ({
      ...{ current, newKey: newKeyOf(current.key) },
      ...sizes,
    }));
  }

  /** Locks keys and rows of the secrets, which must still be the same then. */
  private async locked(seen: readonly SelectedMove[]): Promise<SelectedMove[]> {
    await this.parts.queries.lockKeys(this.manager, seen);
    const now = await this.select(true);
    if (nameOf(now) !== nameOf(seen)) throw new Overtaken();
    return now;
  }

  /** A new key counts as taken also if the secret that has it moves away. */
  private async problemsOf(selected: readonly SelectedMove[]): Promise<MoveProblem[]> {
    const { refusalOf, refusalOfKey } = this.rules;
    const conflicts = await this.parts.queries.conflicts(this.manager, this.tenant, selected);
    const problems: MoveProblem[] = [];
    for (const { current, newKey } of selected) {
      const conflict = conflicts.get(newKey);
      const refusal =
        (await refusalOf(current, newKey)) ??
        (conflict === undefined ? undefined : refusalOfKey(newKey, conflict));
      if (refusal !== undefined) problems.push({ key: current.key, newKey, refusal });
    }
    return problems;
  }

  private async write(chunk: readonly SelectedMove[]): Promise<void> {
    const { queries, rows, writes } = this.parts;
    const newKeys = new Map(chunk.map(({ current, newKey }) => [current.id, newKey]));
    const records = [];
    for (const current of await queries.read(this.manager, this.tenant, [...newKeys.keys()])) {
      const keys: KeyPair = { key: current.key, newKey: newKeys.get(current.id) ?? current.key };
      const update = await moveOf({ current, newKey: keys.newKey }, this.rules);
      const event = this.rules.eventOf(keys);
      records.push(updateRecord(rows, { authorId: this.tenant.userId, current, update, event }));
    }
    const answers = await writes.writeIn(this.manager, 'update_secrets', records);
    if (answers.length !== chunk.length || answers.some(({ outcome }) => outcome !== 'ok'))
      throw new Overtaken();
    await this.writeVersions(chunk);
  }

  private async writeVersions(moves: readonly SelectedMove[]): Promise<void> {
    const ids = moves.map(({ current }) => current.id);
    const versions = await this.parts.versions.find(this.manager, this.tenant, ids);
    await this.parts.versions.reseal(this.manager, this.tenant, { moves, versions }, this.rules);
  }

  /** Records of every secret that it was not moved: because of itself, or of others. */
  private async recordRefused(
    selected: readonly SelectedMove[],
    problems: readonly MoveProblem[],
  ): Promise<void> {
    const outcomes = new Map(problems.map(({ key, refusal }) => [key, refusal.outcome]));
    const events = selected.map(({ current: { id: secretId, key }, newKey }): AuditEvent => {
      const outcome = outcomes.get(key) ?? 'refused';
      return { ...this.rules.eventOf({ key, newKey }), secretId, outcome };
    });
    await this.parts.audit.appendAll(this.manager, this.tenant.tenantId, events);
  }

  /** Records what became of the whole. */
  private async end<R extends Refusal | undefined>(
    refusal: R,
    secrets: number,
    problems: number,
  ): Promise<R> {
    const event = this.rules.ended(refusal, secrets, problems);
    await this.parts.audit.append(this.manager, this.tenant.tenantId, event);
    return refusal;
  }
}

interface SelectedMove extends Moving, Omit<SelectedSecret, 'secret'> {}

function sizeOf(selected: readonly SelectedMove[]): MoveSize {
  const sum = (sizeIn: (move: SelectedMove) => number): number =>
    selected.reduce((total, move) => total + sizeIn(move), 0);
  return {
    secrets: selected.length,
    versions: sum(({ versions }) => versions),
    bytes: sum(({ bytes, versionBytes }) => bytes + versionBytes),
  };
}

/** Returns a text that is the same for the same secrets under the same keys, global or not. */
function nameOf(selected: readonly SelectedMove[]): string {
  return selected.map(({ current: { id, key, visibility } }) => `${id} ${key} ${visibility}`).join();
}
