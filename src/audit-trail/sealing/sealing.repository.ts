import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../../database/named-query.js';
import type { CompletedNode } from '../../transparency/tree/frontier.js';

/** Tells whether there is anything to seal, and in which database. */
export interface SealingState {
  readonly isPending: boolean;
  readonly installationId: string;
  /** The incarnation of the database that sealed last. */
  readonly sealedBy: string;
  readonly incarnation: string;
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

const STATE = `SELECT is_pending AS "isPending", installation_id AS "installationId", sealed_by AS "sealedBy", incarnation
  FROM audit_sealing_state()`;

const SEAL = `SELECT log_id AS "logId", epoch, size::float8 AS size, frontier, note, key_id AS "keyId", hashes,
    is_full AS "isFull", missing
  FROM seal_pending_events($1, $2, $3)`;

const STORE = 'SELECT store_sealed_logs($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)';

/** Seals events in the transaction of a job. */
@Injectable()
export class SealingRepository {
  async state(manager: EntityManager): Promise<SealingState> {
    const [row] = await namedQueryIn<SealingState>(manager, {
      ...{ name: 'audit_sealing_state', text: STATE, values: [] },
    });
    if (row === undefined) throw new Error('The installation has no row');
    return row;
  }

  /** Makes leaves of events; returns nothing while another transaction does. */
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

  /** Begins a new epoch of every log that has leaves; returns their number. */
  async beginEpoch(manager: EntityManager, reason: string, caller: string): Promise<number> {
    const [row] = await namedQueryIn<{ logs: number }>(manager, {
      ...{ name: 'begin_audit_epoch', text: 'SELECT begin_audit_epoch($1, $2) AS logs' },
      values: [reason, caller],
    });
    return row?.logs ?? 0;
  }
}
