import type { DataSource, EntityManager } from 'typeorm';
import { poolOf } from '../../src/database/named-query.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { JobRunner } from '../../src/jobs/job-runner.js';
import type { Job } from '../../src/jobs/job.js';
import { createLogger, type Logger } from '../../src/observability/logger.js';
import { APP_ROLE, SERVICE, cloneDatabase, type TestDatabase } from './database.js';
import { lanesOf } from './lanes.js';

/** Returns a job that is due every 20 ms by default. */
export function jobOf(name: string, run: Job['run'], intervalMilliseconds = 20): Job {
  return { name, intervalMilliseconds, run };
}

/** Represents a promise that is settled from outside. */
export interface Gate {
  readonly passed: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}

/** Holds two job runners on one database, each with a pool of its own, as in two replicas. */
export class JobRunners {
  private logs: string[] = [];
  private runners: JobRunner[] = [];
  readonly logger: Logger;

  private constructor(
    readonly database: TestDatabase,
    readonly dataSources: readonly [DataSource, DataSource],
  ) {
    this.logger = createLogger('debug', { write: (line: string) => void this.logs.push(line) });
  }

  static async open(): Promise<JobRunners> {
    const database = await cloneDatabase();
    const { url } = database;
    const open = () =>
      openServiceDataSource({ url, poolSize: 4, appRole: APP_ROLE, single: false, entities: [] });
    return new JobRunners(database, await Promise.all([open(), open()]));
  }

  /** Recreates both runners, and empties the table that `insert` writes to. */
  async reset(): Promise<void> {
    await this.database.asSuperuser('DELETE FROM login_failures');
    this.logs = [];
    this.runners = this.dataSources.map((dataSource) => new JobRunner(lanesOf(dataSource), this.logger));
  }

  runner(index: 0 | 1): JobRunner {
    return this.runners[index]!;
  }

  start(index: 0 | 1, ...jobs: Job[]): void {
    for (const job of jobs) this.runner(index).register(job);
    this.runner(index).onApplicationBootstrap();
  }

  async stop(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.stop(0)));
  }

  async close(): Promise<void> {
    await Promise.all(this.dataSources.map((dataSource) => dataSource.destroy()));
    await this.database.drop();
  }

  /** Returns the number of connections in use of a runner's pool. */
  heldConnections(index: 0 | 1): number {
    const { totalCount, idleCount } = poolOf(this.dataSources[index]);
    return totalCount - idleCount;
  }

  async insert(manager: EntityManager, source: string): Promise<void> {
    await manager.query(
      `INSERT INTO login_failures (name_key, source, expires_at) VALUES (sha256($1::bytea), $2, now())`,
      [source, source],
    );
  }

  async inserted(): Promise<string[]> {
    const rows = await this.database.asSuperuser<{ source: string }>(
      'SELECT source FROM login_failures ORDER BY source',
    );
    return rows.map(({ source }) => source);
  }

  async transactions(): Promise<number> {
    const rows = await this.database.asSuperuser(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND usename = '${SERVICE}' AND xact_start IS NOT NULL`,
    );
    return rows.length;
  }

  async advisoryLocks(): Promise<number> {
    const rows = await this.database.asSuperuser(
      `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
       WHERE d.datname = current_database() AND l.locktype = 'advisory'`,
    );
    return rows.length;
  }

  get logged(): string {
    return this.logs.join('');
  }

  loggedAt(level: string): Record<string, unknown>[] {
    return this.logs
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line.level === level);
  }
}
