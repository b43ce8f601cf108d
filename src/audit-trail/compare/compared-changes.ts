import type { SqlConnection } from '../../database/connection/sql-connection.js';
import type { Difference } from './difference.js';
import type { RecordedChange } from './recorded-change.js';
import { DIFFERENT_SECRETS, DIFFERENT_VERSIONS, NOT_PROVABLE } from './comparing-statements.js';

/** Limits what is kept of the differences, and of what cannot be proved. */
export const MOST_LISTED = 1_000;

/** Says from when on the events of a tenant are there. */
export interface Provable {
  readonly tenantId: string;
  /** True if the tenant was deleted, and its trash with it. */
  readonly isDeleted: boolean;
  /** True if events from before `from` are gone, or not sealed yet. */
  readonly isPartial: boolean;
  /** The time from which a change must have its event; null for always. */
  readonly from: Date | null;
}

/** Names a secret whose state no event proves. */
export interface NotProvable {
  readonly key: string;
  readonly secretId: string;
}

const TABLE = `
  CREATE TEMPORARY TABLE compared_changes (
    place bigint, at timestamptz, kind text, secret_id uuid, key text COLLATE "C", version integer, revision integer,
    event_id uuid
  ) ON COMMIT DROP`;

const ADD = `
  INSERT INTO compared_changes
  SELECT $1::bigint + (n - 1), c.at, c.kind, c.secret_id, c.key, c.version, c.revision, c.event_id
  FROM unnest($2::timestamptz[], $3::text[], $4::uuid[], $5::text[], $6::integer[], $7::integer[], $8::uuid[])
    WITH ORDINALITY AS c (at, kind, secret_id, key, version, revision, event_id, n)`;

/**
 * Holds the recorded changes of one tenant's secrets in a temporary table, so that the memory that a comparison needs does
 * not grow with the audit trail, and compares the tables with them.
 */
export class ComparedChanges {
  private place = 0;

  constructor(private readonly owner: SqlConnection) {}

  /** Makes the table, which ends with the transaction. */
  async create(): Promise<void> {
    await this.owner.query(TABLE);
  }

  /** Empties the table for the next tenant. */
  async begin(): Promise<void> {
    this.place = 0;
    await this.owner.query('TRUNCATE compared_changes');
  }

  /** Adds changes in their order. */
  async add(changes: readonly RecordedChange[]): Promise<void> {
    if (changes.length === 0) return;
    await this.owner.query(ADD, [
      this.place,
      ...[changes.map(({ time }) => time), changes.map(({ kind }) => kind)],
      ...[changes.map(({ secretId }) => secretId), changes.map(({ key }) => key)],
      ...[changes.map(({ version }) => version), changes.map(({ revision }) => revision)],
      changes.map(({ eventId }) => eventId),
    ]);
    this.place += changes.length;
  }

  /** Returns where the rows of the tenant differ from the changes. */
  async differences(provable: Provable): Promise<Omit<Difference, 'tenant'>[]> {
    await this.owner.query('ANALYZE compared_changes');
    const values = [provable.tenantId, provable.isPartial, provable.from, MOST_LISTED + 1];
    const secrets = await this.owner.query<Omit<Difference, 'tenant'>[]>(DIFFERENT_SECRETS, [
      ...values,
      provable.isDeleted,
    ]);
    return [
      ...secrets,
      ...(await this.owner.query<Omit<Difference, 'tenant'>[]>(DIFFERENT_VERSIONS, values)),
    ];
  }

  /** Returns the secrets that no event proves: those that are older than the events. */
  async notProvable(provable: Provable): Promise<{ readonly count: number; readonly listed: NotProvable[] }> {
    const { tenantId, isPartial, from } = provable;
    const [row] = await this.owner.query<{ count: number; listed: NotProvable[] | null }[]>(NOT_PROVABLE, [
      ...[tenantId, isPartial, from, MOST_LISTED],
    ]);
    return { count: row?.count ?? 0, listed: row?.listed ?? [] };
  }
}
