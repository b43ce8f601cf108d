import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../../database/named-query.js';
import type { LogTree } from './log-tree.js';

/** Describes an epoch of a log, and what an export of it needs. */
export interface LogEpoch extends LogTree {
  readonly origin: string;
  /** True for the present epoch of the log. */
  readonly isLast: boolean;
  /** The size of the last checkpoint, and its text; null where nothing is sealed yet. */
  readonly size: number | null;
  readonly note: string | null;
  /** The size below which leaves were removed. */
  readonly pruned: number;
  /** The size at which an export begins, and the checkpoint of it; 0 and null for the beginning of the epoch. */
  readonly startSize: number;
  readonly startNote: string | null;
}

/** Says after which checkpoint an export begins: the last one before a time, or of at most so many leaves of an epoch. */
export type Since = { readonly time: string } | { readonly epoch: number; readonly size: number };

/** Describes a leaf with its event, and perhaps the checkpoint of all leaves up to it. */
export interface StoredLeaf {
  /** Is null for a leaf that somebody deleted. */
  readonly hash: Buffer | null;
  /** Is null for an event that somebody deleted. */
  readonly body: string | null;
  readonly note: string | null;
}

/** Limits a page of epochs, in logs, and one of leaves, in leaves and in bytes of events. */
const MOST_LOGS = 200;
const MOST_LEAVES = 500;
const MOST_BYTES = 1024 * 1024;

const EPOCHS = `SELECT log_id AS "logId", epoch, origin, is_last AS "isLast", size::float8 AS size, note,
    pruned::float8 AS pruned, start_size::float8 AS "startSize", start_note AS "startNote"
  FROM read_audit_epochs($1, $2, ${MOST_LOGS}, $3, $4, $5)`;

const LEAVES = `SELECT hash, body, note FROM read_audit_leaves($1, $2, $3, $4, ${MOST_LEAVES}, ${MOST_BYTES})`;

/** Reads the logs as they were sealed. */
@Injectable()
export class LogTreesRepository {
  /**
   * Returns the epochs of some logs in the order of an export; nothing after the last log.
   * @param logIds null for every log there is
   * @param after the log after which the page begins; undefined for the first page
   */
  epochs(
    manager: EntityManager,
    logIds: readonly string[] | null,
    { after, since }: { readonly after: string | undefined; readonly since: Since | undefined },
  ): Promise<LogEpoch[]> {
    const [time, epoch, size] =
      since === undefined ? [] : 'time' in since ? [since.time] : [undefined, since.epoch, since.size];
    return namedQueryIn(manager, {
      ...{ name: 'read_audit_epochs', text: EPOCHS },
      values: [logIds, after ?? null, time ?? null, epoch ?? null, size ?? null],
    });
  }

  /** Returns the next leaves of an epoch from one index on: at least one, if there are any before `upto`. */
  leaves(
    manager: EntityManager,
    { logId, epoch }: LogTree,
    from: number,
    upto: number,
  ): Promise<StoredLeaf[]> {
    return namedQueryIn(manager, {
      ...{ name: 'read_audit_leaves', text: LEAVES, values: [logId, epoch, from, upto] },
    });
  }
}
