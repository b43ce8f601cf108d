import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { StartupError } from '../../src/common/startup-error.js';
import { openServiceDataSource, serviceSettings } from '../../src/database/connection/service-data-source.js';
import { assertSessions } from '../../src/database/connection/session-check.js';
import { COMMON_SETTINGS } from '../../src/database/connection/session-settings.js';
import { migrate, pendingUpgrade } from '../../src/database/migrate.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { query, testServer } from '../support/server.js';
import { SessionPooler, type PoolMode, type Preference } from '../support/session-pooler.js';

const asker = (variable: string) => ({ variable, url: 'postgresql://someone@host/database' });

const SERVICE_LOGIN = { appRole: APP_ROLE, single: false };

async function check(url: string, login = SERVICE_LOGIN): Promise<void> {
  const dataSource = await openServiceDataSource({ ...login, url, poolSize: 2 });
  try {
    await assertSessions(dataSource, serviceSettings(login), asker('DATABASE_URL'));
  } finally {
    await dataSource.destroy();
  }
}

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  expect((error as StartupError).message).not.toContain('\n');
  return (error as StartupError).message;
}

describe('the sessions behind a pooler', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  async function through<T>(
    url: string,
    [mode, preference]: [PoolMode, Preference?],
    work: (url: string) => Promise<T>,
  ): Promise<T> {
    const pooler = new SessionPooler(url, mode, preference);
    try {
      return await work(await pooler.start());
    } finally {
      await pooler.stop();
    }
  }

  it.each(['last freed', 'first freed'] as const)(
    'are refused where each transaction gets the session that was %s',
    async (preference) => {
      const message = await through(database.url, ['transaction', preference], (url) => refusal(check(url)));
      expect(message).toMatch(
        /^DATABASE_URL: a connection pooler gives each transaction another session .*pool_mode=session$/,
      );
    },
  );

  it('are refused for the owner before the lock of migrations is taken', async () => {
    const options = { appRole: APP_ROLE, readerRole: READER_ROLE };
    await through(database.ownerUrl, ['transaction'], async (ownerUrl) => {
      for (const attempt of [migrate, pendingUpgrade])
        expect(await refusal(attempt({ ...options, ownerUrl }))).toMatch(
          /^DATABASE_OWNER_URL: a connection pooler/,
        );
      expect(
        await database.asSuperuser(`SELECT FROM pg_locks
           WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`),
      ).toEqual([]);
    });
  });

  it('have all settings where a pooler keeps sessions and drops what they begin with', async () => {
    await through(database.url, ['session'], (url) => check(url));
    const single = { appRole: APP_ROLE, single: true };
    await through(database.ownerUrl, ['session'], (url) => check(url, single));
  });
});

describe('what a session cannot set itself', () => {
  it('is refused with the cure: triggers and foreign keys that are off', async () => {
    const database = await cloneDatabase();
    try {
      await database.asSuperuser(`ALTER DATABASE ${database.name} SET session_replication_role = 'replica'`);
      expect(await refusal(check(database.url))).toMatch(
        /^DATABASE_URL: the session has session_replication_role = "replica" and needs "origin": .* RESET session_replication_role/,
      );
    } finally {
      await database.drop();
    }
  });

  it('is refused with the cure: an encoding that is not UTF8', async () => {
    const server = await testServer();
    const admin = server.url('postgres', 'postgres');
    await query(admin, `CREATE DATABASE test_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    try {
      expect(await refusal(check(server.url('test_service', 'test_latin')))).toMatch(
        /server_encoding = "LATIN1" and needs "UTF8": create the database with ENCODING UTF8$/,
      );
    } finally {
      await query(admin, 'DROP DATABASE test_latin WITH (FORCE)');
    }
  });
});

describe('a setting that was changed after it was set', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await cloneDatabase();
    dataSource = await openServiceDataSource({ ...SERVICE_LOGIN, url: database.url, poolSize: 2 });
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it.each(Object.keys(COMMON_SETTINGS))('is named: %s', async (name) => {
    const wanted = { ...COMMON_SETTINGS, [name]: 'another' };
    expect(await refusal(assertSessions(dataSource, wanted, asker('DATABASE_URL')))).toMatch(
      new RegExp(
        `^DATABASE_URL: the session has ${name} = ".*" and needs "another": .*connect to PostgreSQL itself`,
      ),
    );
  });
});
