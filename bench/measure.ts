import { load } from './load.js';
import { processorTime, processorTimeOfTree } from './processor-time.js';
import { serversOf, type Series } from './series.js';
import type { Stage } from './stage.js';

/** Holds the results of one series in one round. */
export interface Measurement {
  readonly series: string;
  readonly processes: number;
  readonly connections: number;
  readonly requestsPerSecond: number;
  /** The percentiles in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The processor time for each request in milliseconds: of the servers, of PostgreSQL, of the load generator. */
  readonly serverMs: number;
  readonly postgresMs: number;
  readonly loadMs: number;
  /** The bytes of write-ahead log for each request of a series that writes. */
  readonly walBytes?: number;
}

export interface Effort {
  /** The number of Strongroom's processes; the yardstick has one. */
  readonly processes: number;
  readonly connections: number;
  readonly seconds: number;
  /** The rate of an open loop; a closed loop without it. */
  readonly perSecond?: number;
}

export async function measure(stage: Stage, series: Series, effort: Effort): Promise<Measurement> {
  const servers = serversOf(series, stage, effort.processes);
  const usedBefore = used(stage, servers);
  const walBefore = await walPosition(stage);
  const result = await load({ ...effort, urls: servers.map(({ url }) => url), calls: series.calls });
  const usedAfter = used(stage, servers);
  const { requests, requestsPerSecond, p50, p99, loadMs } = result;
  return {
    series: series.name,
    processes: effort.processes,
    connections: effort.connections,
    ...{ requestsPerSecond, p50, p99 },
    serverMs: (usedAfter.servers - usedBefore.servers) / requests,
    postgresMs: (usedAfter.postgres - usedBefore.postgres) / requests,
    loadMs,
    ...(series.writes === true && { walBytes: ((await walPosition(stage)) - walBefore) / requests }),
  };
}

function used(stage: Stage, servers: readonly { pid: number }[]): { servers: number; postgres: number } {
  return {
    servers: servers.reduce((sum, { pid }) => sum + processorTime(pid), 0),
    postgres: processorTimeOfTree(stage.postgresPid),
  };
}

async function walPosition({ database }: Stage): Promise<number> {
  const { rows } = await database.query<{ bytes: string }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS bytes`,
  );
  return Number(rows[0]?.bytes);
}
