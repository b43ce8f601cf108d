import { Agent } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StatementCount } from '../support/statement-count.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const USER = '/api/v3.1/user';
const USERS = 45;
const STORE = 'SELECT count_refused_logins($1, $2)';
const times = <T>(count: number, one: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => one(index));
const nameOf = (index: number) => `user-${index}`;
const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

describe('logins share the service', () => {
  let first: Strongroom;
  let room: Strongroom;
  beforeAll(async () => {
    first = await Strongroom.start();
    for (const index of times(USERS, (number) => number))
      await first.user(nameOf(index), `password-of-${nameOf(index)}`);
  });
  afterAll(() => first.stop());
  beforeEach(async () => {
    await first.database.asSuperuser('DELETE FROM login_failures');
  });

  /** Runs a test on an instance that remembers no login yet. */
  async function afterAStart<T>(test: () => Promise<T>, overrides: NodeJS.ProcessEnv = {}): Promise<T> {
    room = await first.replica({ STRONGROOM_TRUSTED_PROXIES: '127.0.0.1', ...overrides });
    try {
      return await test();
    } finally {
      await room.service.stop();
      await room.installation.close();
    }
  }

  const send = (headers: Record<string, string>, source: string, agent?: Agent) =>
    room.send({ path: USER, headers: { ...headers, 'X-Forwarded-For': source }, ...(agent && { agent }) });
  const login = (index: number, source: string) =>
    send({ authorization: basic(nameOf(index), `password-of-${nameOf(index)}`) }, source);

  /** Keeps connections busy with requests that are refused until `work` is done, and returns their statuses. */
  async function beside<T>(
    connections: number,
    refused: (connection: number, round: number) => [headers: Record<string, string>, source: string],
    work: () => Promise<T>,
  ): Promise<{ result: T; statuses: Map<number, number> }> {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const statuses = new Map<number, number>();
    let on = true;
    const flood = times(connections, async (connection) => {
      for (let round = 0; on; round += 1) {
        const { status } = await send(...refused(connection, round), agent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    while (statuses.size === 0) await new Promise(setImmediate);
    const result = await work();
    on = false;
    await Promise.all(flood);
    agent.destroy();
    return { result, statuses };
  }

  it('lets in everybody behind one address at once, right after a start', async () => {
    const statuses = await afterAStart(async () =>
      (await Promise.all(times(USERS, (index) => login(index, '192.0.2.1')))).map(({ status }) => status),
    );
    expect(statuses).toEqual(Array(USERS).fill(200));
  });

  it('lets in one user by a hundred connections at once, at the price of one verification', async () => {
    await afterAStart(async () => {
      const answers = await Promise.all(times(100, () => login(0, '192.0.2.1')));
      expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
      expect(room.installation.hasher.verifications).toBe(1);
    });
  });

  it('lets in who logs in for the first time beside eighty connections with wrong passwords', async () => {
    const { result, statuses } = await afterAStart(() =>
      beside(
        80,
        (connection, round) => [
          { authorization: basic(`nobody-${connection}-${round}`, 'wrong') },
          `198.51.100.${connection % 2}`,
        ],
        () => Promise.all(times(20, (index) => login(index, '192.0.2.1'))),
      ),
    );
    expect(result.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect([...statuses.keys()].filter((status) => ![401, 429].includes(status))).toEqual([]);
  });

  it('lets in who has logged in lately beside guesses from more addresses than there are turns', async () => {
    await afterAStart(async () => {
      expect((await login(0, '192.0.2.1')).status).toBe(200);
    });
    const { result } = await afterAStart(() =>
      beside(
        100,
        (connection, round) => [
          { authorization: basic(`nobody-${round}`, 'wrong') },
          `198.51.100.${connection}`,
        ],
        async () => {
          const wrong = room.installation.hasher.verifications;
          const { status } = await login(0, '192.0.2.1');
          return { status, made: room.installation.hasher.verifications - wrong };
        },
      ),
    );
    expect(result.status).toBe(200);
    // A hundred sources wait in the other queue; only those that hold its places come before.
    expect(result.made).toBeLessThan(30);
  });

  it('closes all names to an address that tries too many, but those that have logged in from there', async () => {
    await afterAStart(async () => {
      expect((await login(2, '198.51.100.7')).status).toBe(200);
    });
    await afterAStart(async () => {
      for (const guess of times(110, (index) => index))
        await send({ authorization: basic(`sprayed-${guess}`, 'Summer2026') }, '198.51.100.7');
      expect((await login(1, '198.51.100.7')).status).toBe(401);
      expect((await login(1, '192.0.2.1')).status).toBe(200);
      expect((await login(2, '198.51.100.7')).status).toBe(200);
    });
    const rows = await first.database.asSuperuser(
      `SELECT source, refused FROM login_failures WHERE refused > 0`,
    );
    expect(rows).toEqual([{ source: '198.51.100.7', refused: 11 }]);
  });

  it('takes wrong tokens from two hundred connections at the price of one statement a second', async () => {
    const statements = await StatementCount.of(first.database);
    const token = (connection: number, round: number) =>
      `ctok-${`${connection}x${round}`.padEnd(10, 'x')}-${'b'.repeat(40)}`;
    await afterAStart(async () => {
      await room.stopJobs();
      let flushes = 0;
      const { result, counted } = await statements.during(() =>
        beside(
          200,
          (connection, round) => [
            { 'authentication-token': token(connection, round) },
            `198.51.100.${connection % 4}`,
          ],
          async () => {
            const valid = [];
            for (; flushes < 3; flushes += 1) {
              valid.push((await room.call(ADMIN, 'GET', USER)).status);
              await send({ 'authentication-token': token(flushes, 999) }, '198.51.100.1');
            }
            return valid;
          },
        ),
      );
      expect(result.result).toEqual([200, 200, 200]);
      const refusals = [...result.statuses.values()].reduce((sum, count) => sum + count);
      expect([...result.statuses.keys()]).toEqual([401]);
      expect(refusals).toBeGreaterThan(400);
      // One statement a second stores what each of the connections waits for, so some two hundred refusals.
      expect((counted[STORE] ?? Infinity) * 20).toBeLessThan(refusals);
      const [counts] = await first.database.asSuperuser<{ refused: number; sources: number }>(
        `SELECT sum(refused)::int AS refused, count(*)::int AS sources FROM login_failures WHERE refused > 0`,
      );
      const [events] = await first.database.asSuperuser<{ recorded: number }>(
        `SELECT count(*)::int AS recorded FROM audit_events
         WHERE body::json->>'action' = 'login' AND body::json->'caller'->>'method' = 'token'`,
      );
      expect(counts?.sources).toBe(4);
      expect(events?.recorded).toBe(4 * 5);
      expect((counts?.refused ?? 0) + 4 * 5).toBe(refusals + 3);
    });
  });
});
