import type pg from 'pg';

const KEPT_DAYS = [400, 90];
const BATCH_SIZE = 5_000;

/** Holds what pruning took. */
export interface PruningFigures {
  readonly logs: number;
  readonly leaves: number;
  readonly leavesSeconds: number;
  readonly partitions: number;
  readonly partitionsSeconds: number;
}

/** Prunes all logs as the service's job does, one statement after the other. */
export async function prune(database: pg.Client): Promise<PruningFigures> {
  const [logs, leaves] = await declare(database);
  const begun = performance.now();
  const remove = `SELECT remove_pruned_leaves(${BATCH_SIZE}) AS found`;
  while ((await database.query<{ found: boolean }>(remove)).rows[0]?.found === true);
  const removed = performance.now();
  const { rows } = await database.query<{ month: string }>('SELECT audit_removal_months() AS month');
  let partitions = 0;
  for (const { month } of rows) {
    const dropped = await database.query<{ dropped: boolean }>('SELECT drop_audit_partition($1) AS dropped', [
      month,
    ]);
    if (dropped.rows[0]?.dropped === true) partitions += 1;
  }
  return {
    ...{ logs, leaves, partitions },
    leavesSeconds: (removed - begun) / 1_000,
    partitionsSeconds: (performance.now() - removed) / 1_000,
  };
}

async function declare(database: pg.Client): Promise<[logs: number, leaves: number]> {
  let [logs, leaves] = [0, 0];
  for (;;) {
    const { rows } = await database.query<{ leaves: string }>(
      `SELECT p.leaves FROM find_prunable_log(NULL, $1, $2) AS f
       CROSS JOIN LATERAL prune_audit_log(f.log_id, f.epoch, f.size, $1, $2, '{}') AS p`,
      KEPT_DAYS,
    );
    const [pruned] = rows;
    if (pruned === undefined) return [logs, leaves];
    [logs, leaves] = [logs + 1, leaves + Number(pruned.leaves)];
  }
}
