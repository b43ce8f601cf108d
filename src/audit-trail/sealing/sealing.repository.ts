import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { callerJson } from '../../audit/caller-json.js';
import type { Caller } from '../../common/tenant-context.js';
import { namedQueryIn } from '../../database/named-query.js';
import type { CompletedNode } from '../../transparency/tree/frontier.js';

/** Tells whether the transaction may seal, and in which database. */
export interface SealingState {
  /** True if events are waiting, and no other transaction is sealing. */
  readonly maySeal: boolean;
  readonly installationId: string;
  /** True if the database is another one than the one that sealed last. */
  readonly hasMoved: boolean;
}

/** Says what waits to be sealed. */
export interface SealingBacklog {
  /** The number of events, up to the limit of the count. */
  readonly events: number;
  readonly oldestSeconds: number;
}

/** Describes a log with new leaves: how it was sealed before, and the hashes of the leaves one after the other. */
export interface UnsealedLog {
  readonly logId: string;
  readonly epoch: number;
  readonly size: number;
  readonly frontier: Buffer;
  /** The checkpoint of that size; null for an epoch without leaves. */
  readonly note: string | null;
  readonly keyId: number | null;
  readonly hashes: Buffer;
  /** True if the log may have more events to seal. */
  readonly isFull: boolean;
  /** The number of events that were deleted before they were sealed. */
  readonly missing: number;
}

/** Describes a tree that was signed: its new size, its frontier, and the nodes of it that are stored. */
export interface SealedLog {
  readonly logId: string;
  readonly size: number;
  readonly frontier: Buffer;
  readonly root: Buffer;
  readonly note: string;
  readonly nodes: readonly CompletedNode[];
}

/** Selects the logs of one batch. */
export interface SealingBatch {
  /** The log after which to begin; undefined for the first one. */
  readonly after: string | undefined;
  /** Logs to leave out. */
  readonly stopped: readonly string[];
  /** About how many events to seal. */
  readonly limit: number;
}

const STATE = `SELECT may_seal AS "maySeal", installation_id AS "installationId", has_moved AS "hasMoved"
  FROM audit_sealing_state()`;

const BACKLOG = 'SELECT events, oldest_seconds AS "oldestSeconds" FROM audit_sealing_backlog($1)';

const SEAL = `SELECT log_id AS "logId", epoch, size::float8 AS size, frontier, note, key_id AS "keyId", hashes,
    is_full AS "isFull", missing
  FROM seal_pending_events($1, $2, $3)`;

const STORE = 'SELECT store_sealed_logs($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)';

/** Seals events in the transaction of a job. */
@Injectable()
export class SealingRepository {
  /** Tells whether something waits to be sealed. */
  async isDue(manager: EntityManager): Promise<boolean> {
    const [row] = await namedQueryIn<{ isDue: boolean }>(manager, {
      ...{ name: 'audit_sealing_is_due', text: 'SELECT audit_sealing_is_due() AS "isDue"', values: [] },
    });
    return row?.isDue === true;
  }

  /** Takes the lock of sealing, if there is something to seal and it is free. */
  async state(manager: EntityManager): Promise<SealingState> {
    const [row] = await namedQueryIn<SealingState>(manager, {
      ...{ name: 'audit_sealing_state', text: STATE, values: [] },
    });
    if (row === undefined) throw new Error('The installation has no row');
    return row;
  }

  /** Counts what waits, up to a limit. */
  async backlog(manager: EntityManager, limit: number): Promise<SealingBacklog> {
    const [row] = await namedQueryIn<SealingBacklog>(manager, {
      ...{ name: 'audit_sealing_backlog', text: BACKLOG, values: [limit] },
    });
    return row ?? { events: 0, oldestSeconds: 0 };
  }

  /** Makes leaves of events. */
  seal(manager: EntityManager, { after, stopped, limit }: SealingBatch): Promise<UnsealedLog[]> {
    return namedQueryIn(manager, {
      ...{ name: 'seal_pending_events', text: SEAL, values: [after ?? null, stopped, limit] },
    });
  }

  /** Stores trees that were signed with the key of that number. */
  async store(manager: EntityManager, keyId: number, logs: readonly SealedLog[]): Promise<void> {
    const nodes = logs.flatMap(({ logId, nodes }) => nodes.map((node) => ({ logId, ...node })));
    await namedQueryIn(manager, {
      ...{ name: 'store_sealed_logs', text: STORE },
      values: [
        keyId,
        ...[logs.map(({ logId }) => logId), logs.map(({ size }) => size)],
        ...[logs.map(({ frontier }) => frontier), logs.map(({ root }) => root), logs.map(({ note }) => note)],
        ...[nodes.map(({ logId }) => logId), nodes.map(({ level }) => level)],
        ...[nodes.map(({ index }) => index), nodes.map(({ hash }) => hash)],
      ],
    });
  }

  /**
   * Begins a new epoch: that of the system's log at once, and that of each other log when it is sealed next. Returns its
   * number.
   * @param eventId is the event with which that of the system's log begins
   */
  async beginEpoch(
    manager: EntityManager,
    { eventId, reason, caller }: { eventId: string; reason: string; caller: Caller },
  ): Promise<number> {
    const [row] = await namedQueryIn<{ epoch: number }>(manager, {
      ...{ name: 'begin_audit_epoch', text: 'SELECT begin_audit_epoch($1, $2, $3) AS epoch' },
      values: [eventId, reason, callerJson(caller)],
    });
    if (row === undefined) throw new Error('The installation has no row');
    return row.epoch;
  }
}
