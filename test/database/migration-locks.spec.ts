import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { StartupError } from '../../src/common/startup-error.js';
import { allMigrations } from '../../src/database/all-migrations.js';
import { migrate, ownerDataSource } from '../../src/database/migrate.js';
import { retryWhileLocked } from '../../src/database/upgrade/lock-retries.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';

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
