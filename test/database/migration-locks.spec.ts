import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { StartupError } from '../../src/common/startup-error.js';
import { allMigrations } from '../../src/database/all-migrations.js';
import { migrate, ownerDataSource } from '../../src/database/migrate.js';
import { retryWhileLocked } from '../../src/database/upgrade/lock-retries.js';
import { underMigrationLock } from '../../src/database/upgrade/migration-lock.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';

class ExpandTenants1800000000999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tenants ADD planted text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tenants DROP planted');
  }
}

describe('a migration of a table that is in use', () => {
  let database: TestDatabase;
  let holder: pg.Client;
  beforeEach(async () => {
    database = await cloneDatabase();
    holder = new pg.Client(database.superuserUrl);
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE tenants IN ACCESS SHARE MODE');
  });
  afterEach(async () => {
    await holder.end();
    await database.drop();
  });

  const options = () => ({ ownerUrl: database.ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE });
  const bring = () => migrate({ ...options(), migrations: [...allMigrations, ExpandTenants1800000000999] });

  /** Waits until a migration waits for the lock, then until it has given up. */
  async function givenUp(): Promise<void> {
    for (const waits of [true, false]) {
      for (;;) {
        const [row] = await database.asSuperuser<{ waits: boolean }>(
          'SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) AS waits',
        );
        if (row?.waits === waits) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  it('gives up soon, so that requests are not held up, and is made once the table is free', async () => {
    const migrated = bring();
    await givenUp();
    await database.asSuperuser('SELECT FROM tenants');
    await holder.query('ROLLBACK');
    expect((await migrated).applied).toEqual([ExpandTenants1800000000999.name]);
  });

  it('keeps no request waiting for long while it tries', async () => {
    const request = new pg.Client(database.superuserUrl);
    await request.connect();
    // Five times as long as a request waits.
    await request.query(`SET lock_timeout = '1s'`);
    const migrated = bring();
    for (let tries = 0; tries < 3; tries += 1) {
      for (;;) {
        const [row] = await database.asSuperuser<{ waits: boolean }>(
          'SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) AS waits',
        );
        if (row?.waits === true) break;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await request.query('SELECT FROM tenants');
    }
    await request.end();
    await holder.query('ROLLBACK');
    expect((await migrated).applied).toEqual([ExpandTenants1800000000999.name]);
  });

  it('ends with one line when the table is never free', async () => {
    const dataSource = await ownerDataSource(options()).initialize();
    let tries = 0;
    const locked = retryWhileLocked(
      () => {
        tries += 1;
        return dataSource.query(`SET lock_timeout = '20ms'; LOCK TABLE tenants IN ACCESS EXCLUSIVE MODE`);
      },
      { totalMs: 200, pauseMs: 50 },
    );
    const error = await locked.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await dataSource.destroy();
    expect(error).toBeInstanceOf(StartupError);
    expect((error as StartupError).message).toMatch(/^A migration could not lock its tables[^\n]+$/);
    expect(tries).toBeGreaterThan(1);
  });

  it('is not tried again where something else is wrong', async () => {
    let tries = 0;
    const failing = retryWhileLocked(() => {
      tries += 1;
      return Promise.reject(new Error('something else'));
    });
    await expect(failing).rejects.toThrow('something else');
    expect(tries).toBe(1);
  });
});

describe('the lock of migrations in another session', () => {
  let database: TestDatabase;
  let holder: pg.Client;
  let pid: number;
  beforeAll(async () => {
    database = await cloneDatabase();
    holder = new pg.Client({ connectionString: database.url, application_name: 'a "start" that hangs' });
    await holder.connect();
    const { rows } = await holder.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid, pg_advisory_lock(hashtextextended('strongroom migrations', 0))`,
    );
    pid = rows[0]!.pid;
  });
  afterAll(async () => {
    await holder.end();
    await database.drop();
  });

  const owner = () =>
    ownerDataSource({ ownerUrl: database.ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE }).initialize();
  const shown = () =>
    `process ${pid} of the server, application "a \\"start\\" that hangs", login "test_service"`;

  it('ends the wait with one line that names the session and how to end it', async () => {
    const dataSource = await owner();
    const lines: string[] = [];
    let worked = false;
    const waiting = underMigrationLock(
      dataSource,
      (line) => lines.push(line),
      () => Promise.resolve((worked = true)),
      { totalMs: 500, pollMs: 20, reportMs: 100 },
    );
    await expect(waiting).rejects.toThrow(
      new StartupError(
        `Another session has held the lock of migrations too long (${shown()}): if no other start is migrating, ` +
          `end that session as an administrator: SELECT pg_terminate_backend(${pid})`,
      ),
    );
    await dataSource.destroy();
    expect(worked).toBe(false);
    expect(lines.length).toBeGreaterThan(1);
    expect(new Set(lines)).toEqual(new Set([`waiting for another start to finish migrating (${shown()})`]));
  });

  it('is waited for, and the work is done once that session has ended', async () => {
    const dataSource = await owner();
    const waits: string[] = [];
    const waiting = underMigrationLock(
      dataSource,
      (line) => waits.push(line),
      () => Promise.resolve('done'),
    );
    await until(() => waits.length > 0);
    await holder.query('SELECT pg_advisory_unlock_all()');
    expect(await waiting).toBe('done');
    await dataSource.destroy();
  });
});
