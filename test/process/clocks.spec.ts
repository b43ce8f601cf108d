import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { send } from '../support/http-client.js';
import { external, HEADERS } from './external.js';
import { service, type Program } from './program.js';
import { until } from '../support/until.js';

const SHIFT = join(import.meta.dirname, 'shifted-clock.mjs');
const MINUTE = 60_000;
const TOKENS = '/api/v3.1/tokens';
const USER = '/api/v3.1/user';

const CLOCKS = [
  ['right', 0],
  ['ten minutes slow', -10 * MINUTE],
  ['ten minutes fast', 10 * MINUTE],
] as const;

describe('replicas whose clocks differ', () => {
  let database: TestDatabase;
  const replicas: { readonly program: Program; readonly url: string }[] = [];
  beforeAll(async () => {
    database = await cloneDatabase();
    // The first sweep comes up to half a minute after a start, while the other tests run.
    await database.asSuperuser(`
      INSERT INTO login_failures (name_key, source, failures, expires_at) VALUES
        (sha256('kept'), '192.0.2.1', 1, now() + interval '9 minutes'),
        (sha256('swept'), '192.0.2.1', 1, now() - interval '1 second')`);
    for (const [, shift] of CLOCKS) {
      const clock = { NODE_OPTIONS: `--import=${SHIFT}`, CLOCK_SHIFT_MS: String(shift) };
      const program = service({ ...external(database), ...clock });
      replicas.push({ program, url: await program.listening() });
    }
  });
  afterAll(async () => {
    for (const { program } of replicas) await program.stop();
    await database.drop();
  });

  const create = (index: number, body: object) =>
    send(replicas[index]!.url, {
      method: 'POST',
      path: TOKENS,
      headers: { ...HEADERS, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  const statuses = (headers: Record<string, string>) =>
    Promise.all(replicas.map(async ({ url }) => (await send(url, { path: USER, headers })).status));
  const wrong = { Authorization: `Basic ${Buffer.from('admin:wrong').toString('base64')}` };

  it('have the clocks that this test is about', () => {
    const times = replicas.map(({ program }) => {
      const [line = '{}'] = program.stderr.split('\n');
      return Date.parse(String((JSON.parse(line) as { time?: string }).time));
    });
    expect(times[0]! - times[1]!).toBeGreaterThan(5 * MINUTE);
    expect(times[2]! - times[0]!).toBeGreaterThan(5 * MINUTE);
  });

  it.each(CLOCKS.map(([clock], index) => [clock, index] as const))(
    'let a token live as long as it should where the clock that creates it is %s',
    async (_clock, index) => {
      const { status, body } = await create(index, { expiration_date: '+5 minutes' });
      expect(status).toBeLessThan(300);
      const headers = { 'Authentication-Token': String(body.value) };
      expect(await statuses(headers)).toEqual([200, 200, 200]);
      const [row] = await database.asSuperuser<{ minutes: number }>(
        `SELECT extract(epoch FROM expires_at - now())::float8 / 60 AS minutes FROM tokens
         WHERE id = '${String(body.id)}'`,
      );
      expect(row?.minutes).toBeGreaterThan(3);
      expect(row?.minutes).toBeLessThanOrEqual(5);
      await database.asSuperuser(
        `UPDATE tokens SET expires_at = now() - interval '1 second' WHERE id = '${String(body.id)}'`,
      );
      expect(await statuses(headers)).toEqual([401, 401, 401]);
    },
  );

  it.each(CLOCKS.map(([clock], index) => [clock, index] as const))(
    'agree on what is past where the clock is %s',
    async (_clock, index) => {
      const inMinutes = (minutes: number) =>
        new Date(Date.now() + minutes * MINUTE).toISOString().slice(0, 16).replace('T', ' ');
      expect((await create(index, { expiration_date: inMinutes(5) })).status).toBeLessThan(300);
      const past = await create(index, { expiration_date: inMinutes(-5) });
      expect([past.status, past.body.message]).toEqual([400, expect.stringMatching(/in the past/)]);
    },
  );

  it.each(CLOCKS.map(([clock], index) => [clock, index] as const))(
    'lock a name out together, and let it in together, where the clock that counts is %s',
    async (_clock, index) => {
      const { url } = replicas[index]!;
      for (let guess = 0; guess < 5; guess += 1) await send(url, { path: USER, headers: wrong });
      expect(await statuses(HEADERS)).toEqual([401, 401, 401]);
      await database.asSuperuser(
        `UPDATE login_failures SET locked_until = now() - interval '1 second' WHERE locked_until IS NOT NULL`,
      );
      expect(await statuses(HEADERS)).toEqual([200, 200, 200]);
    },
  );

  it('delete only counters that have expired', async () => {
    const left = async () =>
      (
        await database.asSuperuser<{ kept: boolean }>(
          `SELECT name_key = sha256('kept') AS kept FROM login_failures WHERE source = '192.0.2.1'`,
        )
      ).map(({ kept }) => kept);
    await until(async () => !(await left()).includes(false), 100);
    expect(await left()).toEqual([true]);
  });
});
