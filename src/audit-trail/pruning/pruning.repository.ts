import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../../database/named-query.js';
import { AuditDays } from '../../tenants/audit-days.js';

/** Describes a log that has leaves to remove, and the checkpoint up to which they may go. */
export interface PrunableLog {
  readonly logId: string;
  readonly epoch: number;
  readonly origin: string;
  /** The leaves below this index are removed already. */
  readonly removedBelow: number;
  readonly size: number;
  readonly note: string;
  readonly keyId: number;
  /** The time before which the log need not keep its events. */
  readonly horizon: Date;
}

/** Says what a call of `prune_audit_log` did. */
export interface Pruned {
  readonly size: number;
  /** The number of leaves that are now removed. */
  readonly leaves: number;
  /** False, and nothing is removed, where the leaves do not make up the root of the checkpoint. */
  readonly isProved: boolean;
}

const FIND = `SELECT log_id AS "logId", epoch, origin, removed_below::float8 AS "removedBelow", size::float8 AS size, note,
    key_id AS "keyId", horizon
  FROM find_prunable_log($1, $2, $3)`;

const PRUNE = `SELECT size::float8 AS size, leaves::float8 AS leaves, is_proved AS "isProved"
  FROM prune_audit_log($1, $2, $3, $4, $5, $6)`;

/** Removes what is kept no longer, in the transaction of a job. */
@Injectable()
export class PruningRepository {
  private readonly days: readonly number[];

  constructor(@Inject(AuditDays) { byDefault, least }: AuditDays) {
    this.days = [byDefault, least];
  }

  /** Returns the first log after that one with leaves to remove; undefined if there is none. */
  async find(manager: EntityManager, after: string | null): Promise<PrunableLog | undefined> {
    const [row] = await manager.query<PrunableLog[]>(FIND, [after, ...this.days]);
    return row;
  }

  /** Returns the index of the first leaf in a range whose event must be kept; undefined if there is none. */
  async firstRecent(
    manager: EntityManager,
    { logId, epoch, horizon }: PrunableLog,
    { from, until }: { readonly from: number; readonly until: number },
  ): Promise<number | undefined> {
    const [row] = await namedQueryIn<{ first: number | null }>(manager, {
      ...{ name: 'first_recent_leaf', text: 'SELECT first_recent_leaf($1, $2, $3, $4, $5)::float8 AS first' },
      values: [logId, epoch, from, until, horizon],
    });
    return row?.first ?? undefined;
  }

  /**
   * Makes the last old checkpoint up to that size the beginning of the log, and records that.
   * @returns undefined if there is no such checkpoint
   */
  async prune(
    manager: EntityManager,
    { logId, epoch }: PrunableLog,
    size: number,
    caller: string,
  ): Promise<Pruned | undefined> {
    const [row] = await manager.query<Pruned[]>(PRUNE, [logId, epoch, size, ...this.days, caller]);
    return row;
  }

  /** Deletes leaves of a log that was pruned; returns false if there are none. */
  async removeLeaves(manager: EntityManager, limit: number): Promise<boolean> {
    const [row] = await namedQueryIn<{ found: boolean }>(manager, {
      ...{ name: 'remove_pruned_leaves', text: 'SELECT remove_pruned_leaves($1) AS found', values: [limit] },
    });
    return row?.found === true;
  }

  /** Returns the months that have events whose leaves are deleted, as their first days. */
  async months(manager: EntityManager): Promise<string[]> {
    const rows = await manager.query<{ month: string }[]>('SELECT audit_removal_months() AS month');
    return rows.map(({ month }) => month);
  }

  /** Drops the partition of a month that no log needs; returns whether it did. */
  async dropPartition(manager: EntityManager, month: string): Promise<boolean> {
    const [row] = await manager.query<{ dropped: boolean }[]>('SELECT drop_audit_partition($1) AS dropped', [
      month,
    ]);
    return row?.dropped === true;
  }

  /** Deletes events of a month whose partition stays; returns whether there were any to look for. */
  async removeEvents(manager: EntityManager, month: string, limit: number): Promise<boolean> {
    const [row] = await manager.query<{ count: number }[]>(
      'SELECT remove_pruned_events($1, $2, $3, $4) AS count',
      [month, ...this.days, limit],
    );
    return (row?.count ?? -1) >= 0;
  }
}
