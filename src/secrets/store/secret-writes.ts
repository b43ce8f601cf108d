import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { arrayLiteral } from '../../database/array-literal.js';
import { registerGroupCommit } from '../../database/database-metrics.js';
import { GroupCommit, type GroupedWrite, type WriteStatement } from '../../database/group-commit.js';
import { namedQueryIn, type NamedStatement } from '../../database/named-query.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import type { Metrics } from '../../observability/metrics/metrics.js';
import type { SecretRecord } from './secret-row.js';

/**
 * Names the outcome of a write:
 * - `ok`
 * - `exists`: the key is taken in the tenant
 * - `global_elsewhere`: another tenant has a global secret of the key
 * - `key_elsewhere`: the secret is to be global, or to move while it is, and another tenant has the key
 * - `stale`: the secret has changed since it was looked up, or its owner-to-be was deleted; nothing was recorded
 * - `no_tenant`: the tenant was deleted since the caller's rights were read; nothing was recorded
 * - `no_owner`: the user who restores a secret and would become its owner was deleted; nothing was recorded
 */
export interface WriteAnswer {
  readonly outcome:
    'ok' | 'exists' | 'global_elsewhere' | 'key_elsewhere' | 'stale' | 'no_tenant' | 'no_owner';
  readonly version: number;
  readonly revision: number;
  readonly created_at: Date;
  /** For a removal, the time at which the secret was moved to the trash. */
  readonly updated_at: Date;
  /** Only for a removal: the days for which the tenant wants its trash kept; null for the installation's default. */
  readonly trash_days?: number | null;
}

export interface SecretWrite extends GroupedWrite<WriteAnswer> {
  readonly record: SecretRecord;
}

/** Lists the database functions that write secrets. No others do; a move also seals their versions anew. */
const WRITE_FUNCTIONS = [
  'insert_secrets',
  'update_secrets',
  'remove_secrets',
  'restore_secrets',
  'purge_secrets',
  'destroy_secret_versions',
] as const;
export type WriteFunction = (typeof WRITE_FUNCTIONS)[number];

/** Writes secrets, each with its event: alone, in groups, or in a transaction of many. */
@Injectable()
export class SecretWrites {
  private readonly groups: Record<WriteFunction, GroupCommit<SecretWrite, WriteAnswer>>;

  constructor(@Inject(TenantTransaction) transaction: TenantTransaction) {
    const groups = WRITE_FUNCTIONS.map(
      (name) => [name, new GroupCommit<SecretWrite, WriteAnswer>(transaction, writeStatement(name))] as const,
    );
    this.groups = Object.fromEntries(groups) as typeof this.groups;
  }

  /** Registers what the group commits of each function are doing. */
  register(metrics: Metrics): void {
    for (const [name, group] of Object.entries(this.groups))
      registerGroupCommit(metrics, name, () => group.gauge);
  }

  /** @throws Busy, Unavailable as `GroupCommit.write` does */
  write(name: WriteFunction, write: SecretWrite): Promise<WriteAnswer> {
    return this.groups[name].write(write);
  }

  /**
   * Writes records of one tenant in the caller's transaction, and waits for locks.
   * @returns an answer for each, in their order
   * @throws the driver's errors unchanged
   */
  async writeIn(
    manager: EntityManager,
    name: WriteFunction,
    records: readonly SecretRecord[],
  ): Promise<WriteAnswer[]> {
    const statement = statementOf(name, records, true);
    const rows = await namedQueryIn<WriteAnswer & { ordinal: number }>(manager, statement);
    return rows.sort((one, other) => one.ordinal - other.ordinal);
  }
}

function writeStatement(name: WriteFunction): WriteStatement<SecretWrite> {
  return (writes, wait) =>
    statementOf(
      name,
      writes.map(({ record }) => record),
      wait,
    );
}

/** Selects the setting with the removal, so that a deletion that tells its term needs no further statement. */
const TRASH_DAYS = `, (
  SELECT t.trash_days FROM tenant_settings t WHERE t.tenant_id = ($1::json -> (ordinal - 1) ->> 'tenant_id')::uuid
) AS trash_days`;

function statementOf(name: WriteFunction, records: readonly SecretRecord[], wait: boolean): NamedStatement {
  return {
    name,
    text: `
      SELECT ordinal, outcome, version, revision, created_at, updated_at${name === 'remove_secrets' ? TRASH_DAYS : ''}
      FROM ${name}($1::json, $2::bytea[], $3::bytea[], $4)`,
    values: [
      `[${records.map(({ json }) => json).join()}]`,
      arrayLiteral(records.map(({ value }) => hex(value))),
      arrayLiteral(records.map(({ options }) => hex(options))),
      wait,
    ],
  };
}

/** Returns bytes in the hex form of PostgreSQL's `bytea` (its manual, 8.4.1). */
function hex(bytes: Buffer | null): string | null {
  return bytes === null ? null : `\\x${bytes.toString('hex')}`;
}
