import type pg from 'pg';
import { DataSource } from 'typeorm';
import { Sealer } from '../../src/audit-trail/sealing/sealer.js';
import { SealingRepository } from '../../src/audit-trail/sealing/sealing.repository.js';
import { SigningKeys } from '../../src/audit-trail/sealing/signing-keys.js';
import { SigningKeysRepository } from '../../src/audit-trail/sealing/signing-keys.repository.js';
import { RootKeysRepository } from '../../src/tenants/root-keys.repository.js';
import { createLogger } from '../../src/observability/logger.js';
import { newId } from '../../src/common/ids.js';
import { median } from '../median.js';
import { millisecondsSince, processorTime } from '../processor-time.js';
import type { Stage } from '../stage.js';

/** The events of a second, and how many are recorded together, as a batch of reads does. */
const EVENTS = 1_000;
const BATCH = 50;
const WARM_UP_SECONDS = 3;

/** Holds what the sealer costs for 1,000 events, which are those of one second. */
export interface SealingCost {
  readonly logs: number;
  /** The processor time in milliseconds: of the process, and of PostgreSQL. */
  readonly processMs: number;
  readonly postgresMs: number;
  readonly transactions: number;
  /** The duration of a transaction in milliseconds. */
  readonly medianMs: number;
  readonly longestMs: number;
  /** The bytes of write-ahead log for an event: as it is recorded, and as it is sealed. */
  readonly recordedBytes: number;
  readonly sealedBytes: number;
}

/** Seals with a sealer of its own, whose session and process do nothing else. */
export async function measureSealing(
  stage: Stage,
  { logs, seconds }: { logs: number; seconds: number },
): Promise<SealingCost> {
  const { database } = stage;
  const ids = Array.from({ length: logs }, () => newId());
  const dataSource = new DataSource({ type: 'postgres', url: stage.serviceUrl, poolSize: 1 });
  await dataSource.initialize();
  try {
    const keys = new SigningKeys(stage.rootKeys, new RootKeysRepository(), new SigningKeysRepository());
    const sealer = new Sealer(new SealingRepository(), keys, createLogger('error'));
    const [{ pid } = { pid: 0 }] = await dataSource.query<{ pid: number }[]>(
      'SELECT pg_backend_pid() AS pid',
    );
    const times: number[] = [];
    const sealAll = async () => {
      for (let isMore = true; isMore;) {
        const since = performance.now();
        isMore = await dataSource.transaction((manager) => sealer.sealSome(manager));
        times.push(performance.now() - since);
      }
    };
    const sum = { processMs: 0, postgresMs: 0, recordedBytes: 0, sealedBytes: 0 };
    for (let second = -WARM_UP_SECONDS; second < seconds; second += 1) {
      const begin = await walPosition(database);
      await recordSecond(database, ids);
      const recorded = await walPosition(database);
      const [own, postgres] = [process.cpuUsage(), processorTime(pid)];
      if (second === 0) times.length = 0;
      await sealAll();
      const [processMs, postgresMs] = [millisecondsSince(own), processorTime(pid) - postgres];
      if (second < 0) continue;
      sum.processMs += processMs;
      sum.postgresMs += postgresMs;
      sum.recordedBytes += recorded - begin;
      sum.sealedBytes += (await walPosition(database)) - recorded;
    }
    return {
      logs,
      processMs: sum.processMs / seconds,
      postgresMs: sum.postgresMs / seconds,
      transactions: times.length / seconds,
      medianMs: median(times),
      longestMs: Math.max(...times),
      recordedBytes: sum.recordedBytes / seconds / EVENTS,
      sealedBytes: sum.sealedBytes / seconds / EVENTS,
    };
  } finally {
    await dataSource.destroy();
  }
}

async function recordSecond(database: pg.Client, logs: readonly string[]): Promise<void> {
  for (let begin = 0; begin < EVENTS; begin += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, index) => logs[(begin + index) % logs.length]);
    await database.query({
      name: 'record_second',
      text: `SELECT record_events(array_agg(ROW(l, new_event_id(), 'secret.read', 'service.password', gen_random_uuid(), 1, 1, 'ok',
               '{"actor_id":null,"actor_name":"bench","method":"basic","request_id":"r","address":null}', NULL)::audit_entry))
             FROM unnest($1::uuid[]) AS l`,
      values: [batch],
    });
  }
}

async function walPosition(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ bytes: string }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bytes`,
  );
  return Number(rows[0]?.bytes);
}
