import { SYSTEM_LOG } from '../../audit/audit-writer.js';
import type { SqlConnection } from '../../database/connection/sql-connection.js';

/** Identifies a log; its tenant is null for that of the system, and for one that belongs to no tenant. */
export interface NamedLog {
  readonly logId: string;
  readonly tenant: string | null;
}

/** Identifies an event that is no leaf, and is to become none. */
export interface NeverSealed {
  readonly eventId: string;
  readonly at: Date;
}

/** Skips from log to log along the primary keys of the partitions. */
const NEXT_LOG = `
  SELECT e.log_id AS "logId", t.name AS tenant
  FROM (SELECT log_id FROM audit_events WHERE log_id > $1 ORDER BY log_id LIMIT 1) AS e LEFT JOIN tenants t ON t.id = e.log_id`;

/**
 * Reads a chunk of a log along the primary keys of the partitions, and returns where it ends, and which of its events are no
 * leaves. Leaves out events from before there were leaves, while the backfill has not reached them, and those whose leaves
 * were pruned.
 */
const CHUNK = `
  WITH chunk AS MATERIALIZED (
    SELECT e.id, e.at FROM audit_events e WHERE e.log_id = $1 AND ($2::uuid IS NULL OR e.id > $2) ORDER BY e.id LIMIT $3
  ),
  pruned AS MATERIALIZED (
    SELECT max(k.signed_at) AS upto FROM audit_pruned u
    JOIN audit_checkpoints k ON k.log_id = u.log_id AND k.epoch = u.epoch AND k.size = u.size WHERE u.log_id = $1
  ),
  unsealed AS (
    SELECT c.id, c.at FROM chunk c CROSS JOIN pruned
    LEFT JOIN LATERAL (
      SELECT true AS is_leaf FROM audit_leaves l WHERE l.log_id = $1 AND l.event_id = c.id OFFSET 0
    ) AS l ON true
    WHERE l.is_leaf IS NULL
      AND NOT EXISTS (
        SELECT FROM audit_backfill b
        WHERE b.log_id = $1 AND c.id > b.after_id AND (b.until_id IS NULL OR c.id <= b.until_id)
      )
      AND NOT (
        coalesce(c.at <= pruned.upto, false)
        AND EXISTS (SELECT FROM audit_removals r WHERE r.log_id = $1 AND r.month = audit_month(c.id))
      )
  )
  SELECT (SELECT c.id FROM chunk c ORDER BY c.id DESC LIMIT 1) AS last,
         ARRAY(SELECT u.id FROM unsealed u ORDER BY u.id) AS ids, ARRAY(SELECT u.at FROM unsealed u ORDER BY u.id) AS times`;

const WAITING = 'SELECT event_id AS id FROM audit_pending WHERE log_id = $1 AND event_id = ANY ($2)';

interface Chunk {
  /** Is null at the end of the log. */
  readonly last: string | null;
  readonly ids: readonly string[];
  readonly times: readonly Date[];
}

/** Finds events that somebody added to the table past the service, in whatever log. */
export class NeverSealedEvents {
  constructor(
    private readonly owner: SqlConnection,
    private readonly chunk = 10_000,
  ) {}

  /** Returns the logs that have events, and that of the system. */
  async *logs(): AsyncGenerator<NamedLog> {
    let log: NamedLog | undefined = { logId: SYSTEM_LOG, tenant: null };
    while (log !== undefined) {
      yield log;
      [log] = await this.owner.query<NamedLog[]>(NEXT_LOG, [log.logId]);
    }
  }

  /** Returns the events of a log that are neither leaves nor waiting to become some, chunk by chunk. */
  async *of(logId: string): AsyncGenerator<readonly NeverSealed[]> {
    let after: string | null = null;
    do {
      const [chunk]: Chunk[] = await this.owner.query<Chunk[]>(CHUNK, [logId, after, this.chunk]);
      after = chunk?.last ?? null;
      if (chunk !== undefined && chunk.ids.length > 0) yield await this.withoutWaiting(logId, chunk);
    } while (after !== null);
  }

  /** Leaves out what waits to be sealed, which is asked only where there is something to leave out. */
  private async withoutWaiting(logId: string, { ids, times }: Chunk): Promise<readonly NeverSealed[]> {
    const rows = await this.owner.query<{ id: string }[]>(WAITING, [logId, ids]);
    const waiting = new Set(rows.map(({ id }) => id));
    return ids.flatMap((eventId, place) => {
      const at = times[place];
      return at === undefined || waiting.has(eventId) ? [] : [{ eventId, at }];
    });
  }
}
