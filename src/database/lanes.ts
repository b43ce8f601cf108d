import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Busy } from '../common/errors.js';
import { FairGate, type GateGauge, type GateLimits } from '../common/turns/fair-gate.js';
import { isTracing } from '../observability/tracing/tracing.js';
import type { Share } from '../common/turns/turn-queue.js';
import type { DatabaseHealth } from './readiness/database-health.js';
import { STATEMENT_TIMEOUT_MS } from './connection/service-data-source.js';
import { databaseCall } from './connection/driver-error.js';
import { asDomainError } from './connection/unavailability.js';
import { traced } from './lane-spans.js';
import { namedQuery, type NamedStatement } from './named-query.js';

/**
 * Names a kind of work and the connections that it may hold:
 * - `reads`: identifying callers, and reads of secrets
 * - `writes`: look-ups before writes, and writes that wait for no lock
 * - `contended`: writes that found a lock taken
 * - `lists`: lists, searches, exports and bulk reads
 * - `imports`: transactions of imports, and of moves by prefix or with much history
 * - `jobs`: background work
 * - `events`: events that no other statement records, and the throttle of logins
 */
export type Lane = 'reads' | 'writes' | 'contended' | 'lists' | 'imports' | 'jobs' | 'events';

type Limits = Omit<GateLimits, 'places' | 'placesOfGroup'>;

/** Limits the waiting work of each lane. Imports take long, so they may wait longer for each other. */
const WAITING: Readonly<Record<Lane, Limits>> = {
  reads: { waiting: 2_000, waitingOfGroup: 500, waitMilliseconds: 2_000 },
  writes: { waiting: 2_000, waitingOfGroup: 500, waitMilliseconds: 4_000 },
  contended: { waiting: 2_000, waitingOfGroup: 500, waitMilliseconds: 4_000 },
  lists: { waiting: 2_000, waitingOfGroup: 500, waitMilliseconds: 30_000, rest: 1 },
  imports: { waiting: 100, waitingOfGroup: 10, waitMilliseconds: 60_000 },
  jobs: { waiting: 10, waitMilliseconds: 60_000 },
  events: { waiting: 4_000, waitingOfGroup: 1_000, waitMilliseconds: 4_000 },
};

/** Returns the time limit of a statement in a transaction of the lane, in milliseconds; an import sets its own. */
export function statementTimeout(lane: Lane): number {
  return lane === 'lists' ? LIST_TIMEOUT_MS : STATEMENT_TIMEOUT_MS;
}

/** Limits a statement of a list. A page of a tenant with 100,000 secrets takes a fortieth of this time. */
const LIST_TIMEOUT_MS = 2_000;

/** Counts the connections in addition to the pool: one for events, one for probes, two for look-ups of wrapped keys. */
export const CONNECTIONS_BESIDE_POOL = { events: 1, probe: 1, keys: 2 };

/** Counts the connections of the smallest pool: one for each lane but `events`. */
export const SMALLEST_POOL = 6;

/** Lists the lanes in the order in which they get the connections of a larger pool; the order repeats. */
const GROWTH: readonly Lane[] = ['reads', 'writes', 'lists', 'reads'];

/** Returns the number of connections that each lane may hold, for a pool of at least `SMALLEST_POOL`. */
export function laneSizes(poolSize: number): Record<Lane, number> {
  const { events } = CONNECTIONS_BESIDE_POOL;
  const sizes = { reads: 1, writes: 1, contended: 1, lists: 1, imports: 1, jobs: 1, events };
  for (let place = 0; place < poolSize - SMALLEST_POOL; place += 1)
    sizes[GROWTH[place % GROWTH.length] as Lane] += 1;
  return sizes;
}

interface LaneOptions {
  /** Ends the wait for a place, on the clock of `performance.now()`. */
  readonly deadline?: number | undefined;
  /** Names the work in traces: a named statement, or `transaction`. */
  readonly call?: string;
}

/**
 * Divides the connections of the pool into lanes, so that work of one kind, tenant or caller cannot keep the others
 * from the database. In each lane tenants take turns, and callers within a tenant; one tenant holds at most all places
 * but one.
 */
export class Lanes {
  private readonly gates: ReadonlyMap<Lane, FairGate>;

  /**
   * @param poolSize the pool's connections without those for events
   * @param health tells whether the database is unreachable; undefined for commands, which detect that themselves
   */
  constructor(
    readonly dataSource: DataSource,
    poolSize: number,
    private readonly health?: DatabaseHealth,
  ) {
    const lanes = Object.entries(laneSizes(poolSize)) as [Lane, number][];
    this.gates = new Map(
      lanes.map(([lane, places]) => [lane, new FairGate({ places, ...WAITING[lane] }, () => new Busy())]),
    );
  }

  /**
   * Runs `work`, which holds one connection, in a lane.
   * @param share the tenant and the caller; undefined for a batch of several, and for the service's own work
   * @throws Busy when too much work waits in the lane, or this work waited too long; `work` was not run
   * @throws Unavailable at once while the database is known to be unreachable
   */
  run<T>(
    lane: Lane,
    share: Share | undefined,
    work: () => Promise<T>,
    { deadline, call = 'transaction' }: LaneOptions = {},
  ): Promise<T> {
    const { health } = this;
    health?.requireAvailable();
    const watched = health === undefined ? work : () => health.watch(work);
    const gate = this.gate(lane);
    const patience = deadline === undefined ? undefined : deadline - performance.now();
    if (!isTracing()) return gate.hold(share, watched, patience);
    return traced({ lane, call }, (held: () => Promise<T>) => gate.hold(share, held, patience), watched);
  }

  /**
   * Runs a named statement in a lane.
   * @param deadline ends the wait for a place, on the clock of `performance.now()`
   * @returns the rows as the driver returns them
   * @throws Busy, Unavailable as `run` does, and as `asDomainError` says; any other error of the driver unchanged
   */
  query<R>(lane: Lane, share: Share | undefined, statement: NamedStatement, deadline?: number): Promise<R[]> {
    return this.run(lane, share, () => namedQuery<R>(this.dataSource, statement), {
      call: statement.name,
      deadline,
    });
  }

  /** Runs `work` outside a transaction in a lane. It throws as `query` does. */
  async withManager<T>(
    lane: Lane,
    share: Share | undefined,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    return this.withRunner(lane, share, async (runner) => {
      try {
        return await work(runner.manager);
      } catch (error) {
        throw asDomainError(error);
      }
    });
  }

  /** Runs `work` with a connected query runner in a lane, and releases the runner before the place. */
  withRunner<T>(
    lane: Lane,
    share: Share | undefined,
    work: (runner: QueryRunner) => Promise<T>,
    deadline?: number,
  ): Promise<T> {
    const withConnection = async (): Promise<T> => {
      const runner = this.dataSource.createQueryRunner();
      try {
        await databaseCall(() => runner.connect());
        return await work(runner);
      } finally {
        await runner.release();
      }
    };
    return this.run(lane, share, withConnection, { deadline });
  }

  /** Returns what each lane is doing. */
  gauges(): Record<Lane, GateGauge> {
    const gauges = [...this.gates].map(([lane, { gauge }]) => [lane, gauge]);
    return Object.fromEntries(gauges) as Record<Lane, GateGauge>;
  }

  private gate(lane: Lane): FairGate {
    return this.gates.get(lane) as FairGate;
  }
}
