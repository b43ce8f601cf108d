import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { driverErrorOf } from '../../src/database/connection/driver-error.js';
import { loginNameKey } from '../../src/users/login-name.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';

const ROUNDS = 150;

describe('logins of a name and its unlocking at the same time', () => {
  let database: TestDatabase;
  const clients: pg.Client[] = [];
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await database.drop();
  });

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: database.superuserUrl });
    await client.connect();
    await client.query(`SET deadlock_timeout = '20ms'; SET ROLE ${APP_ROLE}`);
    clients.push(client);
    return client;
  }

  /** Repeats a statement on a connection of its own, and returns the codes of its errors. */
  async function repeat(text: string, values: (round: number) => unknown[]): Promise<unknown[]> {
    const client = await connect();
    const codes: unknown[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      await client
        .query(text, values(round))
        .catch((error: unknown) => codes.push(driverErrorOf(error)?.code));
    return codes;
  }

  it('never wait for each other', async () => {
    const name = loginNameKey('besieged');
    const logins = Array.from({ length: 4 }, (_, source) =>
      repeat('SELECT verdict FROM login_reserve($1, $2, true)', () => [name, `192.0.2.${source}`]),
    );
    const rights = Array.from({ length: 2 }, (_, source) =>
      repeat('SELECT login_succeeded($1, $2, true)', () => [name, `192.0.2.${source}`]),
    );
    const unlocks = Array.from({ length: 2 }, () => repeat('SELECT unlock_login($1)', () => [name]));
    expect((await Promise.all([...logins, ...rights, ...unlocks])).flat()).toEqual([]);
  });

  it('take the rows in one order: an unlocking that waits for a source holds no row that a login needs', async () => {
    const name = loginNameKey('held');
    const [login, unlock] = [await connect(), await connect()];
    const reserve = (client: pg.Client, source: string) =>
      client.query<{ verdict: string }>('SELECT verdict FROM login_reserve($1, $2, true)', [name, source]);
    // A scan of the index finds the name before its pairs.
    await unlock.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
    await reserve(login, '192.0.2.1');
    await login.query('BEGIN');
    await login.query("SELECT FROM login_failures WHERE name_key = $1 AND source = '192.0.2.1' FOR UPDATE", [
      name,
    ]);
    const unlocking = unlock.query('SELECT unlock_login($1)', [name]);
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await until(async () => (await database.asSuperuser(waiting)).length > 0);
    // The login under way goes on from its pair to its name, as login_reserve does.
    const { rows } = await reserve(login, '192.0.2.1');
    expect(rows).toEqual([{ verdict: 'allowed' }]);
    await login.query('COMMIT');
    await unlocking;
    const left = await database.asSuperuser(
      'SELECT DISTINCT failures FROM login_failures WHERE name_key = $1',
      [name],
    );
    expect(left).toEqual([{ failures: 0 }]);
  });
});
