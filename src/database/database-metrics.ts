import type { DataSource } from 'typeorm';
import type { Metrics, Sample } from '../observability/metrics/metrics.js';
import type { BatchGauge } from './batcher.js';
import type { Lanes } from './lanes.js';
import { poolOf } from './named-query.js';
import type { DatabaseHealth } from './readiness/database-health.js';

/** Registers what each lane is doing. */
export function registerLanes(metrics: Metrics, lanes: Lanes): void {
  const read =
    (of: 'places' | 'running' | 'waiting' | 'admitted' | 'waitedSeconds') => (): readonly Sample[] =>
      Object.entries(lanes.gauges()).map(([lane, gauge]) => ({ labels: { lane }, value: gauge[of] }));
  metrics.register('strongroom_lane_places', read('places'));
  metrics.register('strongroom_lane_running', read('running'));
  metrics.register('strongroom_lane_waiting', read('waiting'));
  metrics.register('strongroom_lane_admitted_total', read('admitted'));
  metrics.register('strongroom_lane_wait_seconds_total', read('waitedSeconds'));
  metrics.register('strongroom_lane_refused_total', () =>
    Object.entries(lanes.gauges()).flatMap(([lane, { refused }]) =>
      Object.entries(refused).map(([reason, value]) => ({ labels: { lane, reason }, value })),
    ),
  );
}

/** Registers the connections of a pool. A closed pool has no series. */
export function registerPool(metrics: Metrics, pool: string, dataSource: DataSource): void {
  const read = (samples: (open: ReturnType<typeof poolOf>) => readonly Sample[]) => () =>
    dataSource.isInitialized ? samples(poolOf(dataSource)) : [];
  const labels = { pool };
  metrics.register(
    'strongroom_database_connections',
    read(({ totalCount, idleCount }) => [
      { labels: { pool, state: 'idle' }, value: idleCount },
      { labels: { pool, state: 'in_use' }, value: totalCount - idleCount },
    ]),
  );
  metrics.register(
    'strongroom_database_connections_max',
    read(({ options }) => [{ labels, value: options.max }]),
  );
  metrics.register(
    'strongroom_database_connection_requests_waiting',
    read(({ waitingCount }) => [{ labels, value: waitingCount }]),
  );
}

/** Registers the state of the database that was found last. */
export function registerDatabaseState(metrics: Metrics, health: DatabaseHealth): void {
  metrics.register('strongroom_database_state', () => {
    const found = health.state?.kind ?? 'ready';
    return ['ready', 'unusable', 'away'].map((state) => ({
      labels: { state },
      value: state === found ? 1 : 0,
    }));
  });
}

/** Registers what the batches of one statement are doing. */
export function registerBatch(metrics: Metrics, batch: string, read: () => BatchGauge): void {
  const labels = { batch };
  metrics.register('strongroom_batches_total', () => [{ labels, value: read().sent }]);
  metrics.register('strongroom_batched_calls_total', () => [{ labels, value: read().calls }]);
  metrics.register('strongroom_batches_in_flight', () => [{ labels, value: read().inFlight }]);
  metrics.register('strongroom_batch_calls_waiting', () => [{ labels, value: read().waiting }]);
  metrics.register('strongroom_batch_refused_total', () =>
    Object.entries(read().refused).map(([reason, value]) => ({ labels: { batch, reason }, value })),
  );
}

/** Registers what group commits of one statement are doing. */
export function registerGroupCommit(
  metrics: Metrics,
  batch: string,
  read: () => BatchGauge & { readonly repeated: number },
): void {
  registerBatch(metrics, batch, read);
  metrics.register('strongroom_group_commit_repeated_total', () => [
    { labels: { batch }, value: read().repeated },
  ]);
}
