import type { EntityManager } from 'typeorm';
import type { TenantContext } from '../../../common/tenant-context.js';
import { sortedInTurns } from '../../../common/turns/sorted-in-turns.js';
import { StatementPace } from '../../../common/turns/statement-pace.js';
import { TimeSlice } from '../../../common/turns/time-slice.js';
import type { SecretRecord } from '../../store/secret-row.js';
import type { SecretWrites, WriteAnswer } from '../../store/secret-writes.js';
import { rightsNow } from '../../../auth/rights-now.js';
import { lockKeys, lockTenants, lockUsers } from './import-locks.js';
import type { ImportedRow, RowErrors } from './imported-row.js';
import type { Importer, ImportOutcome } from './imported-secrets.repository.js';
import { NO_SUCH_USER } from './row-checker.js';

/** Limits the rows and bytes of one statement, so that it stays within its time limit and others have their turn. */
const MOST_ROWS = 500;
const MOST_BYTES = 1024 * 1024;

interface Write {
  readonly name: 'insert_secrets' | 'update_secrets';
  readonly record: SecretRecord;
}

/** Holds a row and its write; a row that only collides, or has errors, has none. */
export interface PreparedRow {
  readonly row: ImportedRow;
  readonly write?: Write;
  readonly errors?: RowErrors;
}

/**
 * Writes one import within its transaction. Every import takes its locks in one order: tenants, creators, keys, rows,
 * each of them sorted.
 */
export class ImportTransaction {
  private readonly errors = new Map<number, RowErrors>();
  private readonly colliding = new Set<ImportedRow>();
  private readonly stale: ImportedRow[] = [];
  private sorted: readonly PreparedRow[] = [];
  private byTenant: ReadonlyMap<TenantContext, readonly ImportedRow[]> = new Map();

  constructor(
    private readonly manager: EntityManager,
    private readonly writes: SecretWrites,
    private readonly importer: Importer,
    private readonly prepared: readonly PreparedRow[],
    private readonly override: boolean,
  ) {}

  async run(): Promise<ImportOutcome> {
    this.sorted = await sortedInTurns(this.prepared, ({ row: one }, { row: other }) =>
      compareRows(one, other),
    );
    const rows = this.sorted.map(({ row }) => row);
    this.byTenant = grouped(rows);
    await lockTenants(this.manager, [...this.byTenant.keys()]);
    await this.requireCreators(rows);
    await lockKeys(this.manager, rows);
    for (const { row, write } of this.sorted) if (write?.name !== 'insert_secrets') this.colliding.add(row);
    await this.write('insert_secrets');
    await this.write('update_secrets');
    for (const { row, errors } of this.sorted) if (errors !== undefined) this.errors.set(row.index, errors);
    await this.requireRights();
    // With errors nothing is imported, so nothing needs another plan.
    if (this.stale.length > 0 && this.errors.size === 0) return { kind: 'stale', rows: this.stale };
    const colliding = rows.filter((row) => this.colliding.has(row));
    return { kind: 'done', colliding, errors: this.errors };
  }

  private async requireCreators(all: readonly ImportedRow[]): Promise<void> {
    const rows = all.filter(({ creatorId }) => creatorId !== undefined);
    const living = await lockUsers(this.manager, new Set(rows.map(({ creatorId }) => creatorId)));
    for (const { index, creatorId } of rows)
      if (!living.has(creatorId)) this.errors.set(index, { creator_valid: NO_SUCH_USER });
  }

  /** Checks the rights at the end: an import may take long, and a right can be withdrawn without waiting for it. */
  private async requireRights(): Promise<void> {
    const { logId } = this.importer;
    const tenants = [...this.byTenant.keys()];
    const ids = [logId, ...tenants.map(({ tenantId }) => tenantId)];
    const asked = new Set(['secret_import', ...tenants.flatMap(({ permissions }) => [...permissions])]);
    const now = await rightsNow(this.manager, this.importer, ids, [...asked]);
    const mayImport = now.get(logId)?.has('secret_import') === true;
    for (const [tenant, rows] of this.byTenant) {
      const still = now.get(tenant.tenantId);
      if (mayImport && [...tenant.permissions].every((permission) => still?.has(permission))) continue;
      for (const { index } of rows) this.errors.set(index, { tenant_name: CHANGED });
    }
  }

  /** @throws the error of the importer's deadline */
  private async write(name: Write['name']): Promise<void> {
    const [slice, pace] = [new TimeSlice(), new StatementPace()];
    for (const chunk of chunksOf(this.sorted, name)) {
      if (slice.isOver) await slice.next();
      this.importer.deadline?.require();
      const records = chunk.map(({ record }) => record);
      const answers = await pace.run(() => this.writes.writeIn(this.manager, name, records));
      for (const [place, { row }] of chunk.entries()) this.take(row, answers[place]?.outcome);
    }
  }

  /**
   * Notes an outcome. A foreign global secret is a collision that cannot be overridden; a foreign key bars a global
   * one.
   */
  private take(row: ImportedRow, outcome: WriteAnswer['outcome'] | undefined): void {
    switch (outcome) {
      case 'ok':
        return;
      case 'exists':
        // Somebody inserted the key after the plan was made: it collides, or a new plan replaces it.
        if (this.override) this.stale.push(row);
        else this.colliding.add(row);
        return;
      case 'global_elsewhere':
        if (this.override) this.errors.set(row.index, { key: FOREIGN });
        else this.colliding.add(row);
        return;
      case 'key_elsewhere':
        this.errors.set(row.index, { key: NOT_ALONE });
        return;
      case 'no_tenant':
        this.errors.set(row.index, { tenant_name: CHANGED });
        return;
      case 'stale':
      case undefined:
        this.stale.push(row);
    }
  }
}

const FOREIGN = 'A global secret of another tenant has this key; only its own tenant can change it';
const NOT_ALONE = 'The secret cannot be global: another tenant has this key';
const CHANGED = 'Your rights in the tenant have changed meanwhile; import again';

interface RowRecord {
  readonly row: ImportedRow;
  readonly record: SecretRecord;
}

/** Divides what is to be written by one function into statements, each of one tenant. */
function* chunksOf(sorted: readonly PreparedRow[], name: Write['name']): Generator<readonly RowRecord[]> {
  let chunk: RowRecord[] = [];
  let bytes = 0;
  for (const { row, write } of sorted) {
    if (write?.name !== name) continue;
    const { record } = write;
    const isFull = chunk.length === MOST_ROWS || bytes + record.bytes > MOST_BYTES;
    if (chunk[0] !== undefined && (isFull || chunk[0].row.tenant !== row.tenant)) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push({ row, record });
    bytes += record.bytes;
  }
  if (chunk.length > 0) yield chunk;
}

/** Orders rows as every import locks them: tenant by tenant and key by key. */
function compareRows(one: ImportedRow, other: ImportedRow): number {
  return compare(one.tenant.tenantId, other.tenant.tenantId) || compare(one.key, other.key);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function grouped(rows: readonly ImportedRow[]): ReadonlyMap<TenantContext, readonly ImportedRow[]> {
  const groups = new Map<TenantContext, ImportedRow[]>();
  for (const row of rows) {
    const group = groups.get(row.tenant);
    if (group === undefined) groups.set(row.tenant, [row]);
    else group.push(row);
  }
  return groups;
}
