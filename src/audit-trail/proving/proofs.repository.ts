import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../../database/named-query.js';
import type { LogTree } from '../trees/log-tree.js';
import type { CheckpointCursor } from './checkpoint-cursor.js';

/** Describes where an event stands in its log. */
export interface FoundLeaf {
  readonly epoch: number | null;
  /** Is null for an event that is no leaf. */
  readonly index: number | null;
  /** Tells whether there is such an event. */
  readonly isRecorded: boolean;
  readonly body: string | null;
  /** Tells whether it is to become a leaf. */
  readonly waits: boolean;
  /** Tells whether it is so old that its leaf may have been removed. */
  readonly mayBePruned: boolean;
  /** The size and the text of the checkpoint to prove it by; null if there is none of that size. */
  readonly size: number | null;
  readonly note: string | null;
}

/** Describes a checkpoint that is kept. */
export interface KeptCheckpoint extends LogTree {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  readonly signedAt: Date;
  readonly note: string;
}

/** Selects checkpoints. */
interface CheckpointFilter {
  readonly epoch?: number | undefined;
  readonly size?: number | undefined;
  readonly after?: CheckpointCursor | undefined;
  readonly limit: number;
}

/** Describes a key that signs an epoch of a log from one size on. */
export interface LogKey extends LogTree {
  readonly keyId: number;
  readonly origin: string;
  readonly publicKey: Buffer;
  readonly from: number;
}

const LEAF = `SELECT epoch, leaf_index::float8 AS index, is_recorded AS "isRecorded", body, waits,
    may_be_pruned AS "mayBePruned", size::float8 AS size, note
  FROM find_audit_leaf($1, $2, $3)`;

const CHECKPOINTS = `SELECT log_id AS "logId", epoch, origin, size::float8 AS size, root, signed_at AS "signedAt", note
  FROM read_audit_checkpoints($1, $2, $3, $4, $5, $6, $7)`;

const MOST_KEYS = 1_000;

const KEYS = `SELECT log_id AS "logId", epoch, key_id AS "keyId", origin, public_key AS "publicKey", from_size::float8 AS from
  FROM read_audit_log_keys($1, $2, $3, $4, ${MOST_KEYS})`;

/** Reads what proofs of logs are made of. */
@Injectable()
export class ProofsRepository {
  /** @param size that of the checkpoint to prove the event by; undefined for the last one */
  async leaf(
    manager: EntityManager,
    logId: string,
    eventId: string,
    size: number | undefined,
  ): Promise<FoundLeaf> {
    const [row] = await namedQueryIn<FoundLeaf>(manager, {
      ...{ name: 'find_audit_leaf', text: LEAF, values: [logId, eventId, size ?? null] },
    });
    if (row === undefined) throw new Error('A leaf that is looked for has one row');
    return row;
  }

  /** Returns checkpoints, the last ones of each log first. */
  checkpoints(
    manager: EntityManager,
    logIds: readonly string[] | null,
    { epoch, size, after, limit }: CheckpointFilter,
  ): Promise<KeptCheckpoint[]> {
    return namedQueryIn(manager, {
      ...{ name: 'read_audit_checkpoints', text: CHECKPOINTS },
      values: [
        ...[logIds, epoch ?? null, size ?? null],
        ...[after?.logId ?? null, after?.epoch ?? null, after?.size ?? null, limit],
      ],
    });
  }

  /** Returns a page of keys after one; nothing after the last. */
  keys(
    manager: EntityManager,
    logIds: readonly string[] | null,
    after: LogKey | undefined,
  ): Promise<LogKey[]> {
    return namedQueryIn(manager, {
      ...{ name: 'read_audit_log_keys', text: KEYS },
      values: [logIds, after?.logId ?? null, after?.epoch ?? null, after?.keyId ?? null],
    });
  }
}
