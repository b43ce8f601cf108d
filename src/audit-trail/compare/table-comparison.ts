import { SYSTEM_LOG } from '../../audit/audit-writer.js';
import type { Keyring } from '../../crypto/keyring.js';
import type { SqlConnection } from '../../database/connection/sql-connection.js';
import { ComparedChanges, MOST_LISTED, type NotProvable, type Provable } from './compared-changes.js';
import type { Difference } from './difference.js';
import { LogEvents, type KeptProof, type LogPart } from './log-events.js';
import { NeverSealedEvents, type NamedLog } from './never-sealed.js';
import { changeOf, type RecordedChange } from './recorded-change.js';
import { unfitValues } from './unfit-values.js';

/** Identifies a tenant whose tables are compared. */
interface ComparedTenant {
  readonly id: string;
  readonly name: string;
  readonly isDeleted: boolean;
}

export interface ComparisonOptions extends KeptProof {
  /** The name of a tenant; undefined for all, and for the log of the system. */
  readonly tenant: string | undefined;
  /** Opens the values; undefined to leave them shut. */
  readonly keyring: Keyring | undefined;
  readonly tell: (line: string) => void;
}

/** Says what was compared, and what was found. */
export interface Comparison {
  readonly tenants: number;
  readonly secrets: number;
  /** The number of events of these tenants. */
  readonly events: number;
  /** The number of events of the system's log; null where it was not read. */
  readonly systemEvents: number | null;
  /** The number of events that are not sealed yet, which were taken as they are. */
  readonly unsealed: number;
  readonly differences: readonly Difference[];
  /** True if there are more differences than are listed. */
  readonly isCut: boolean;
  readonly notProvable: number;
  readonly listedNotProvable: readonly (NotProvable & { readonly tenant: string })[];
}

const TENANTS = `
  SELECT t.id, t.name, t.deleted_at IS NOT NULL AS "isDeleted" FROM tenants t
  WHERE $1::text IS NULL OR t.name = $1 COLLATE "C" ORDER BY t.name, t.id`;

const SECRETS = 'SELECT count(*)::float8 AS secrets FROM secrets WHERE tenant_id = $1';

/** Reads from when on the events of a tenant are there: what was pruned, or still waits to be sealed, comes before. */
const PROVABLE = `
  SELECT greatest(
    (SELECT to_timestamp(('x' || substr(replace(b.until_id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
     FROM audit_backfill b WHERE b.log_id = $1 AND b.after_id < b.until_id),
    CASE WHEN EXISTS (SELECT FROM audit_pruned p WHERE p.log_id = $1) THEN coalesce(
      (SELECT e.at + interval '1 hour' FROM (
         SELECT l.event_id FROM audit_leaves l WHERE l.log_id = $1 ORDER BY l.epoch, l.leaf_index LIMIT 1
       ) AS f JOIN audit_events e ON e.log_id = $1 AND e.id = f.event_id),
      clock_timestamp()
    ) END
  ) AS from`;

/** Gives the time between two lines that tell a person how far the comparison is. */
const PAUSE_MS = 2_000;

/**
 * Compares each row of secrets and versions with what the audit trail says of it, in one snapshot of the database. It needs a
 * connection of the login that owns the tables, and little memory, however many there are.
 */
export class TableComparison {
  private readonly logs: LogEvents;
  private readonly neverSealed: NeverSealedEvents;
  private readonly changes: ComparedChanges;
  private readonly differences: Difference[] = [];
  private readonly listedNotProvable: (NotProvable & { readonly tenant: string })[] = [];
  private counts = { tenants: 0, secrets: 0, events: 0, unsealed: 0, notProvable: 0 };
  private systemEvents: number | null = null;
  private isCut = false;
  private told = performance.now();

  constructor(
    private readonly owner: SqlConnection,
    private readonly options: ComparisonOptions,
  ) {
    this.logs = new LogEvents(owner, options);
    this.neverSealed = new NeverSealedEvents(owner);
    this.changes = new ComparedChanges(owner);
  }

  /** Compares the tenants; returns nothing if there is none of that name. */
  async run(): Promise<Comparison | undefined> {
    await this.owner.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    try {
      await this.changes.create();
      const tenants = await this.owner.query<ComparedTenant[]>(TENANTS, [this.options.tenant ?? null]);
      if (tenants.length === 0) return undefined;
      for (const tenant of tenants) await this.compare(tenant);
      if (this.options.tenant === undefined) await this.verifySystem();
      await this.findNeverSealed(tenants);
      this.reportNotCompared();
    } finally {
      await this.owner.query('ROLLBACK');
    }
    const { systemEvents, differences, isCut, listedNotProvable } = this;
    return { ...this.counts, systemEvents, differences, isCut, listedNotProvable };
  }

  private async compare(tenant: ComparedTenant): Promise<void> {
    await this.changes.begin();
    this.counts.tenants += 1;
    const report = (difference: Omit<Difference, 'tenant'>): void => this.report(tenant, difference);
    for await (const part of this.logs.of(tenant.id, report)) await this.take(part);
    const [{ secrets }] = await this.owner.query<[{ secrets: number }]>(SECRETS, [tenant.id]);
    this.counts.secrets += secrets;
    const provable = await this.provableOf(tenant);
    for (const difference of await this.changes.differences(provable)) report(difference);
    if (provable.isPartial) await this.noteNotProvable(tenant, provable);
    const { keyring } = this.options;
    if (keyring === undefined) return;
    for await (const unfit of unfitValues(this.owner, keyring, tenant.id)) report(unfit);
  }

  /** Verifies the log of the system, whose events change no secrets. */
  private async verifySystem(): Promise<void> {
    this.systemEvents = 0;
    for await (const { events, isSealed } of this.logs.of(SYSTEM_LOG, (found) =>
      this.report({ name: null }, found),
    )) {
      this.systemEvents += events.length;
      if (!isSealed) this.counts.unsealed += events.length;
      this.tellProgress();
    }
  }

  private reportNotCompared(): void {
    for (const { origin, size } of this.logs.notCompared) {
      const remark = `${origin}: a checkpoint of ${size} events was given, and no such log was read`;
      this.report({ name: null }, { kind: 'log_unproved', remark });
    }
  }

  /** Looks in the logs of the tenants or, where all are compared, in every log, for events that no seal covers. */
  private async findNeverSealed(tenants: readonly ComparedTenant[]): Promise<void> {
    const named = tenants.map(({ id, name }): NamedLog => ({ logId: id, tenant: name }));
    for await (const { logId, tenant } of this.options.tenant === undefined ? this.neverSealed.logs() : named)
      for await (const events of this.neverSealed.of(logId))
        for (const { eventId, at } of events) {
          const remark = `in log ${logId}, of ${at.toISOString()}`;
          this.report({ name: tenant }, { kind: 'event_never_sealed', eventId, remark });
        }
  }

  private async take({ events, isSealed }: LogPart): Promise<void> {
    this.counts.events += events.length;
    if (!isSealed) this.counts.unsealed += events.length;
    const changes = events
      .map(({ body }) => (body === null ? undefined : changeOf(body)))
      .filter((change): change is RecordedChange => change !== undefined);
    await this.changes.add(changes);
    this.tellProgress();
  }

  private tellProgress(): void {
    if (performance.now() - this.told < PAUSE_MS) return;
    this.told = performance.now();
    const { events, tenants } = this.counts;
    const read = events + (this.systemEvents ?? 0);
    this.options.tell(
      `… ${read.toLocaleString('en')} events read, of ${tenants.toLocaleString('en')} tenants`,
    );
  }

  private async provableOf({ id, isDeleted }: ComparedTenant): Promise<Provable> {
    const [{ from }] = await this.owner.query<[{ from: Date | null }]>(PROVABLE, [id]);
    return { tenantId: id, isDeleted, isPartial: from !== null, from };
  }

  private async noteNotProvable({ name }: ComparedTenant, provable: Provable): Promise<void> {
    const { count, listed } = await this.changes.notProvable(provable);
    this.counts.notProvable += count;
    const room = MOST_LISTED - this.listedNotProvable.length;
    this.listedNotProvable.push(...listed.slice(0, room).map((secret) => ({ ...secret, tenant: name })));
  }

  private report({ name }: { readonly name: string | null }, difference: Omit<Difference, 'tenant'>): void {
    if (this.differences.length >= MOST_LISTED) this.isCut = true;
    else this.differences.push({ ...difference, tenant: name });
  }
}
