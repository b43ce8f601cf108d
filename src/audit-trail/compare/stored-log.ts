import type { SqlConnection } from '../../database/connection/sql-connection.js';
import { UNEXPECTED_COLUMNS, type ListedColumns } from './listed-columns.js';

/** Describes an epoch of a log as the tables hold it. */
export interface StoredEpoch {
  readonly logId: string;
  readonly epoch: number;
  readonly origin: string;
  /** The number of leaves that were removed as too old. */
  readonly pruned: number;
  /** The number of leaves that the log had when it was sealed last. */
  readonly size: number;
}

/** Holds an event as the table has it. */
export interface StoredEvent {
  readonly eventId: string;
  /** The text of the event; null where the event is gone. */
  readonly body: string | null;
  /** The columns beside the text, where they are to be compared with it; else null. */
  readonly columns: ListedColumns | null;
}

/** Holds a leaf with its event. */
export interface StoredLeaf extends StoredEvent {
  readonly index: number;
  readonly hash: Buffer;
}

/** Holds an event that is no leaf yet. */
export interface PendingEvent extends StoredEvent {
  readonly place: number;
}

const EPOCHS = `
  SELECT e.log_id AS "logId", e.epoch, audit_origin(e.log_id, e.epoch) AS origin,
         coalesce(p.size, 0)::float8 AS pruned,
         coalesce((SELECT max(c.size) FROM audit_checkpoints c WHERE c.log_id = e.log_id AND c.epoch = e.epoch), 0)::float8 AS size
  FROM (SELECT $1::uuid AS log_id, epoch FROM audit_epochs($1) AS epoch) e
  LEFT JOIN audit_pruned p ON p.log_id = e.log_id AND p.epoch = e.epoch
  ORDER BY e.epoch`;

const LEAVES = `
  SELECT l.leaf_index::float8 AS index, l.event_id AS "eventId", l.hash, e.body, ${UNEXPECTED_COLUMNS} AS columns
  FROM (
    SELECT * FROM audit_leaves WHERE log_id = $1 AND epoch = $2 AND leaf_index >= $3 ORDER BY leaf_index LIMIT $4
  ) l LEFT JOIN audit_events e ON e.log_id = l.log_id AND e.id = l.event_id
  ORDER BY l.leaf_index`;

const PENDING = `
  SELECT p.id::float8 AS place, p.event_id AS "eventId", e.body, ${UNEXPECTED_COLUMNS} AS columns
  FROM audit_pending p LEFT JOIN audit_events e ON e.log_id = p.log_id AND e.id = p.event_id
  WHERE p.log_id = $1 AND p.id > $2
    AND NOT EXISTS (SELECT FROM audit_leaves l WHERE l.log_id = p.log_id AND l.event_id = p.event_id)
  ORDER BY p.id LIMIT $3`;

const NODES = `
  SELECT level, node_index::float8 AS index, hash FROM audit_nodes
  WHERE log_id = $1 AND epoch = $2 AND (level, node_index) IN (SELECT * FROM unnest($3::integer[], $4::bigint[]))`;

/** Reads a log as its tables hold it, on a connection of the owner's login, part by part. */
export class StoredLog {
  constructor(
    private readonly owner: SqlConnection,
    private readonly chunk = 2_000,
  ) {}

  epochs(logId: string): Promise<StoredEpoch[]> {
    return this.owner.query<StoredEpoch[]>(EPOCHS, [logId]);
  }

  /** Returns the leaves of an epoch in their order, the removed ones left out. */
  async *leaves({ logId, epoch, pruned }: StoredEpoch): AsyncGenerator<readonly StoredLeaf[]> {
    let next = pruned;
    for (;;) {
      const leaves = await this.owner.query<StoredLeaf[]>(LEAVES, [logId, epoch, next, this.chunk]);
      if (leaves.length > 0) yield leaves;
      if (leaves.length < this.chunk) return;
      next = (leaves.at(-1)?.index ?? 0) + 1;
    }
  }

  /** Returns the events that are no leaves yet, in the order in which they will be. */
  async *pending(logId: string): AsyncGenerator<readonly PendingEvent[]> {
    let after = -1;
    for (;;) {
      const events = await this.owner.query<PendingEvent[]>(PENDING, [logId, after, this.chunk]);
      if (events.length > 0) yield events;
      if (events.length < this.chunk) return;
      after = events.at(-1)?.place ?? 0;
    }
  }

  /** Returns the signed text of a checkpoint. */
  async checkpoint({ logId, epoch }: StoredEpoch, size: number): Promise<string | undefined> {
    const [row] = await this.owner.query<{ note: string }[]>(
      'SELECT note FROM audit_checkpoints WHERE log_id = $1 AND epoch = $2 AND size = $3',
      [logId, epoch, size],
    );
    return row?.note;
  }

  /** Returns the stored hashes of nodes, in the order of the addresses; undefined unless all are there. */
  async nodes(
    { logId, epoch }: StoredEpoch,
    addresses: readonly { readonly level: number; readonly index: number }[],
  ): Promise<Buffer[] | undefined> {
    const rows = await this.owner.query<{ level: number; index: number; hash: Buffer }[]>(NODES, [
      ...[logId, epoch],
      ...[addresses.map(({ level }) => level), addresses.map(({ index }) => index)],
    ]);
    const hashes = addresses.map(
      ({ level, index }) => rows.find((row) => row.level === level && row.index === index)?.hash,
    );
    const found = hashes.filter((hash) => hash !== undefined);
    return found.length === addresses.length ? found : undefined;
  }
}
