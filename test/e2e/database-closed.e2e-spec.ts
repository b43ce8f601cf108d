import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { query, testServer } from '../support/server.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

/** Closes the database to the service while it runs, in the ways of administrators. */
describe('a database that is closed to the service’s login', () => {
  const login = `closed_login_${process.pid}`;
  let database: TestDatabase;
  let room: Strongroom;
  let admin: string;
  beforeAll(async () => {
    database = await cloneDatabase();
    admin = (await testServer()).url('postgres', 'postgres');
    await query(admin, `CREATE ROLE ${login} LOGIN`);
    const url = database.url.replace(/\/\/[^@]+@/, `//${login}@`);
    room = await Strongroom.start({ DATABASE_URL: url }, database);
    await room.stopJobs();
    expect((await room.secret(ADMIN, 'PUT', 'kept', 'x')).status).toBe(200);
  });
  afterAll(async () => {
    await room.stop();
    await query(admin, `DROP ROLE ${login}`);
  });

  /** Ends the service's sessions, so that it has to log in again. */
  const endSessions = () =>
    query(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${login}'`);

  /** Waits until the log says why: in the line of readiness, or in that of a request that came before it. */
  const why = async (from: number, reason: RegExp): Promise<string> => {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const line = room.logs.slice(from).find((each) => reason.test(each));
      if (line !== undefined) return line;
      await sleep(50);
    }
    return `nothing of the kind in: ${room.logs.slice(from).join('')}`;
  };

  it.each([
    [
      'that may not log in any more',
      [`ALTER ROLE ${login} NOLOGIN`],
      [`ALTER ROLE ${login} LOGIN`],
      /does not admit the login.*28000/,
    ],
    [
      'that may have no connection more',
      [`ALTER ROLE ${login} CONNECTION LIMIT 0`],
      [`ALTER ROLE ${login} CONNECTION LIMIT -1`],
      /all connections .*53300/,
    ],
    [
      'on a database of another name',
      ['ALTER DATABASE $name RENAME TO $name_moved'],
      ['ALTER DATABASE $name_moved RENAME TO $name'],
      /the database does not exist.*3D000/,
    ],
    [
      'on a database that takes no connections',
      ['ALTER DATABASE $name ALLOW_CONNECTIONS false'],
      ['ALTER DATABASE $name ALLOW_CONNECTIONS true'],
      /takes no connections.*55000/,
    ],
  ])('%s is 503 with Retry-After, and over when it is open again', async (_how, close, open, reason) => {
    const run = async (statements: string[]) => {
      for (const text of statements) await query(admin, text.replaceAll('$name', database.name));
    };
    const from = room.logs.length;
    // Renaming needs a database without sessions, and the service opens new ones as soon as it can.
    for (;;) {
      await endSessions();
      const closed = await run(close).then(
        () => true,
        () => false,
      );
      if (closed) break;
    }
    await endSessions();
    try {
      for (const [method, value] of [['GET'], ['PUT', 'y'], ['GET'], ['DELETE']] as const) {
        const answer = await room.secret(ADMIN, method, 'kept', value);
        expect([answer.status, answer.body.error_code]).toEqual([503, 'unavailable']);
        expect(answer.headers['retry-after']).toMatch(/^\d+$/);
      }
      expect(await why(from, reason)).toMatch(reason);
    } finally {
      await run(open);
    }
    while ((await room.call({}, 'GET', '/health/ready')).status !== 200) await sleep(50);
    expect((await room.secret(ADMIN, 'GET', 'kept')).body).toMatchObject({ value: 'x' });
  });

  it('is not ready once new connections are refused, even while the one of the probe lasts', async () => {
    await query(admin, `ALTER ROLE ${login} NOLOGIN`);
    try {
      while ((await room.call({}, 'GET', '/health/ready')).status !== 503) await sleep(500);
      const lines = room.logs.filter((line) => line.includes('not ready: '));
      expect(lines.at(-1)).toMatch(/does not admit the login.*28000/);
    } finally {
      await query(admin, `ALTER ROLE ${login} LOGIN`);
    }
    while ((await room.call({}, 'GET', '/health/ready')).status !== 200) await sleep(50);
  });

  it('is 503 where every connection of the server is taken', async () => {
    const from = room.logs.length;
    const taken: pg.Client[] = [];
    await query(admin, `ALTER DATABASE ${database.name} CONNECTION LIMIT 1`);
    await endSessions();
    try {
      const holder = new pg.Client({ connectionString: database.url });
      await holder.connect();
      taken.push(holder);
      const answer = await room.secret(ADMIN, 'GET', 'kept');
      expect([answer.status, answer.body.error_code]).toEqual([503, 'unavailable']);
      expect(await why(from, /all connections .*53300/)).toMatch(/all connections .*53300/);
    } finally {
      await query(admin, `ALTER DATABASE ${database.name} CONNECTION LIMIT -1`);
      await Promise.all(taken.map((client) => client.end()));
    }
    while ((await room.call({}, 'GET', '/health/ready')).status !== 200) await sleep(50);
    expect((await room.secret(ADMIN, 'GET', 'kept')).status).toBe(200);
  });
});
