import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { newEvent, type AuditEvent } from '../../../audit/audit-event.js';
import type { AuditWriter } from '../../../audit/audit-writer.js';
import { Unavailable } from '../../../common/errors.js';
import { newId } from '../../../common/ids.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import type { ImportedRow, RowErrors } from './imported-row.js';
import type {
  ImportOrder,
  ImportOutcome,
  ImportRules,
  Importer,
  Replacement,
} from './imported-secrets.repository.js';
import {
  actIn,
  foreignSecrets,
  holdTenants,
  holdUsers,
  insertRows,
  lockKeys,
  lockRows,
  replaceRows,
  type NewRow,
  type ReplacedRow,
} from './import-rows.js';
import { rightsNow } from '../rights-now.js';
import { NO_SUCH_USER } from './row-checker.js';

/** Rows of one statement: short enough for its time limit, and for others to have their turn. */
const CHUNK = 500;

/**
 * One import within its transaction. Locks are taken in one order by every import: tenants, creators, keys, new rows,
 * rows that are there; each of them sorted.
 */
export class ImportTransaction {
  private readonly errors = new Map<number, RowErrors>();
  private readonly colliding: ImportedRow[] = [];
  private readonly byTenant: ReadonlyMap<TenantContext, readonly ImportedRow[]>;

  constructor(
    private readonly manager: EntityManager,
    private readonly audit: AuditWriter,
    private readonly importer: Importer,
    private readonly order: ImportOrder,
    private readonly rules: ImportRules,
  ) {
    this.byTenant = grouped(order.rows);
  }

  async run(): Promise<ImportOutcome> {
    const { rows } = this.order;
    await holdTenants(this.manager, [...this.byTenant.keys()]);
    await this.holdCreators();
    await lockKeys(this.manager, rows);
    const free = await this.withoutForeign(rows);
    const there: ImportedRow[] = [];
    for (const chunk of this.chunks(free)) there.push(...(await this.create(chunk)));
    this.colliding.push(...there);
    if (this.order.override) for (const chunk of this.chunks(there)) await this.replace(chunk);
    await this.requireRights();
    return { colliding: this.colliding, errors: this.errors };
  }

  private async holdCreators(): Promise<void> {
    const rows = this.order.rows.filter(({ creatorId }) => creatorId !== undefined);
    const living = await holdUsers(this.manager, new Set(rows.map(({ creatorId }) => creatorId)));
    for (const { index, creatorId } of rows)
      if (!living.has(creatorId)) this.errors.set(index, { creator_valid: NO_SUCH_USER });
  }

  /** At the end, since an import may take long: whoever takes a right away need not wait for it. */
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

  /** A foreign global secret is a collision that cannot be overridden; another tenant's key keeps one from being global. */
  private async withoutForeign(rows: readonly ImportedRow[]): Promise<ImportedRow[]> {
    const global = new Map(rows.filter(isGlobal).map((row) => [row.key, row.tenant.tenantId]));
    const free: ImportedRow[] = [];
    for (const chunk of this.chunks(rows)) {
      const foreign = await foreignSecrets(this.manager, chunk);
      for (const [place, row] of chunk.entries()) {
        const byGlobal = foreign.get(place);
        const within = global.get(row.key);
        if (byGlobal === true && !this.order.override) this.colliding.push(row);
        else if (byGlobal !== undefined) this.errors.set(row.index, { key: byGlobal ? FOREIGN : NOT_ALONE });
        else if (within !== undefined && within !== row.tenant.tenantId)
          this.errors.set(row.index, { key: WITHIN });
        else free.push(row);
      }
    }
    return free;
  }

  /** @returns those that are there already */
  private async create(chunk: readonly ImportedRow[]): Promise<ImportedRow[]> {
    const tenant = await this.enter(chunk);
    const rows = await Promise.all(
      chunk.map(async (row): Promise<NewRow> => {
        const id = newId();
        return { row, id, ...(await this.rules.seal(row, id)) };
      }),
    );
    const made = await insertRows(this.manager, tenant, this.importer, rows);
    const events = rows
      .filter(({ row }) => made.has(row.key))
      .map(({ row, id }) =>
        this.event('secret.create', { key: row.key, secretId: id, version: 1, revision: 1 }),
      );
    await this.audit.appendAll(this.manager, tenant.tenantId, events);
    return chunk.filter(({ key }) => !made.has(key));
  }

  private async replace(chunk: readonly ImportedRow[]): Promise<void> {
    const tenant = await this.enter(chunk);
    const present = await lockRows(this.manager, tenant, chunk);
    const replaced: ReplacedRow[] = [];
    for (const row of chunk) {
      const current = present.get(row.key);
      if (current === undefined) throw new Unavailable('Secrets were deleted meanwhile; import again');
      const decision = await this.rules.replace(row, current);
      if (isReplacement(decision)) replaced.push({ row, current, ...decision });
      else this.errors.set(row.index, decision);
    }
    await replaceRows(this.manager, tenant, this.importer, replaced);
    const events = replaced.map(({ row, current, version }) =>
      this.event('secret.update', {
        key: row.key,
        secretId: current.id,
        version,
        revision: current.revision + 1,
      }),
    );
    await this.audit.appendAll(this.manager, tenant.tenantId, events);
  }

  /** Row-level security shows and takes the rows of the tenant that is named, so each is named in its turn. */
  private async enter([first]: readonly ImportedRow[]): Promise<TenantContext> {
    if (first === undefined) throw new Error('A chunk has rows');
    await nextTurn();
    await actIn(this.manager, first.tenant.tenantId);
    return first.tenant;
  }

  private event(
    action: 'secret.create' | 'secret.update',
    secret: Pick<AuditEvent, 'key' | 'secretId' | 'version' | 'revision'>,
  ): AuditEvent {
    return newEvent(action, this.importer.caller, {
      ...secret,
      detail: { import: this.order.event.id },
    });
  }

  /** Tenant by tenant and key by key: whoever locks many locks them in this order. */
  private *chunks(rows: readonly ImportedRow[]): Generator<readonly ImportedRow[]> {
    for (const ofTenant of grouped(rows).values())
      for (let start = 0; start < ofTenant.length; start += CHUNK) yield ofTenant.slice(start, start + CHUNK);
  }
}

const FOREIGN = 'A global secret of another tenant has this key; only its own tenant can change it';
const NOT_ALONE = 'The secret cannot be global: another tenant has this key';
const CHANGED = 'Your rights in the tenant have changed meanwhile; import again';
const WITHIN = 'The import has this key in more than one tenant, and once as a global one';

function isGlobal({ visibility }: ImportedRow): boolean {
  return visibility === 'global';
}

function isReplacement(decision: Replacement | RowErrors): decision is Replacement {
  return typeof decision.version === 'number';
}

function grouped(rows: readonly ImportedRow[]): ReadonlyMap<TenantContext, readonly ImportedRow[]> {
  const sorted = [...rows].sort(
    (one, other) => compare(one.tenant.tenantId, other.tenant.tenantId) || compare(one.key, other.key),
  );
  const groups = new Map<TenantContext, ImportedRow[]>();
  for (const row of sorted) {
    const group = groups.get(row.tenant);
    if (group === undefined) groups.set(row.tenant, [row]);
    else group.push(row);
  }
  return groups;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
