import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { withOwnerConnection } from '../../src/bootstrap/owner-connection.js';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

it('fails the next statement, and nothing else, when the owner’s connection is lost between two', async () => {
  const location = {
    ...{ url: database.url, ownerUrl: database.ownerUrl, embedded: false, serviceLogin: 'test_service' },
    ...{ variable: 'DATABASE_URL', ownerVariable: 'DATABASE_OWNER_URL', stop: () => Promise.resolve() },
  };
  const lost = withOwnerConnection(location, async (connection) => {
    const [session] = await connection.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
    await database.asSuperuser('SELECT pg_terminate_backend($1)', [session?.pid]);
    const itself = 'SELECT FROM pg_stat_activity WHERE pid = $1';
    await until(async () => (await database.asSuperuser(itself, [session?.pid])).length === 0);
    await sleep(100);
    await connection.query('SELECT 1');
  });
  await expect(lost).rejects.toThrow(/not queryable|terminat/);
});
