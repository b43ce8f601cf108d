import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { loginNameKey } from '../../src/users/login-name.js';
import { LoginThrottle, type Reservation } from '../../src/auth/throttle/login-throttle.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { lanesOf } from '../support/lanes.js';

const ALICE = loginNameKey('alice');
const BOB = loginNameKey('bob');
const HOME = '192.0.2.1';

const ALLOWED: Reservation = { verdict: 'allowed', locks: false, fresh: false, unproved: true };
const LAST: Reservation = { verdict: 'allowed', locks: true, fresh: false, unproved: true };
const LOCKED: Reservation = { verdict: 'locked', locks: false, fresh: true, unproved: true };
/** Lists the results of five attempts. */
const FIVE = [ALLOWED, ALLOWED, ALLOWED, ALLOWED, LAST];
const CEILING: Reservation = { verdict: 'ceiling', locks: false, fresh: false, unproved: true };

/** Returns the results as they are for a pair that has logged in. */
const proved = (reservations: readonly Reservation[]) =>
  reservations.map((reservation) => ({ ...reservation, unproved: false }));

interface Counter {
  failures: number;
  locks: number;
  /** The durations in seconds. */
  lock: number | null;
  trusted: number | null;
  remaining: number;
}

let database: TestDatabase;
let dataSource: DataSource;
let throttle: LoginThrottle;

beforeAll(async () => {
  database = await cloneDatabase();
  const { url } = database;
  dataSource = await openServiceDataSource({
    url,
    poolSize: 4,
    appRole: APP_ROLE,
    single: false,
    entities: [],
  });
  throttle = new LoginThrottle(lanesOf(dataSource));
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => database.asSuperuser('DELETE FROM login_failures'));

/** Ages all counters. */
const pass = (interval: string) =>
  database.asSuperuser(
    `UPDATE login_failures SET locked_at = locked_at - $1::interval, locked_until = locked_until - $1::interval,
       trusted_until = trusted_until - $1::interval, expires_at = expires_at - $1::interval`,
    [interval],
  );

async function counter(name: Buffer, source: string): Promise<Counter | undefined> {
  const [row] = await database.asSuperuser<Counter & object>(
    `SELECT failures, locks, extract(epoch FROM locked_until - locked_at)::float AS lock,
       extract(epoch FROM trusted_until - now())::float AS trusted,
       extract(epoch FROM expires_at - now())::float AS remaining
     FROM login_failures WHERE name_key = $1 AND source = $2`,
    [name, source],
  );
  return row;
}

async function reserve(times: number, name = ALICE, source = HOME): Promise<Reservation[]> {
  const reservations: Reservation[] = [];
  for (let time = 0; time < times; time += 1) reservations.push(await throttle.reserve(name, source, true));
  return reservations;
}

/** Makes one guess each from this many different sources. */
async function guessFromAfar(times: number, name = ALICE): Promise<Reservation[]> {
  const reservations: Reservation[] = [];
  for (let time = 0; time < times; time += 1)
    reservations.push(await throttle.reserve(name, `198.51.100.${time}`, true));
  return reservations;
}

const repeated = <T>(times: number, one: T): T[] => Array.from({ length: times }, () => one);
const aboutDays = (seconds: number | null | undefined) => Math.round((seconds ?? 0) / 8640) / 10;

describe('the lock of a name and a source', () => {
  it('comes with the fifth attempt, which is still verified', async () => {
    expect(await reserve(7)).toEqual([...FIVE, LOCKED, LOCKED]);
    expect(await counter(ALICE, HOME)).toMatchObject({ failures: 0, locks: 1, lock: 60 });
  });

  it('leaves other names and other sources alone', async () => {
    await reserve(6);
    expect(await reserve(1, BOB)).toEqual([ALLOWED]);
    expect(await reserve(1, ALICE, '192.0.2.2')).toEqual([ALLOWED]);
    expect(await reserve(1)).toEqual([LOCKED]);
  });

  it('ends with its time and not before', async () => {
    await reserve(5);
    await pass('50 seconds');
    expect(await reserve(1)).toEqual([{ ...LOCKED, fresh: false }]);
    await pass('10 seconds');
    expect(await reserve(1)).toEqual([ALLOWED]);
  });

  it('doubles from one minute to fifteen and stays there', async () => {
    const seconds: unknown[] = [];
    for (const length of [1, 2, 4, 8, 15, 15, 15]) {
      expect(await reserve(6)).toEqual([...FIVE, LOCKED]);
      seconds.push((await counter(ALICE, HOME))?.lock);
      await pass(`${length} minutes`);
    }
    expect(seconds).toEqual([60, 120, 240, 480, 900, 900, 900]);
  });

  it('stays at fifteen minutes however many there were', async () => {
    await reserve(4);
    await database.asSuperuser('UPDATE login_failures SET locks = 2000000 WHERE source <> $1', ['*']);
    expect(await reserve(1)).toEqual([LAST]);
    expect((await counter(ALICE, HOME))?.lock).toBe(900);
  });

  it('is not made longer by attempts while it holds, nor do they spend anything of the name', async () => {
    await reserve(5);
    const before = await counter(ALICE, HOME);
    await reserve(20);
    expect(await counter(ALICE, HOME)).toEqual({ ...before, remaining: expect.any(Number) });
    expect(await counter(ALICE, '*')).toMatchObject({ failures: 5 });
    await pass('60 seconds');
    expect(await counter(ALICE, HOME)).toMatchObject({
      failures: 0,
      locks: before?.locks,
      lock: before?.lock,
    });
    expect(await reserve(1)).toEqual([ALLOWED]);
  });

  it('begins at a minute again after an hour of quiet', async () => {
    await reserve(5);
    await pass('1 minute');
    await reserve(5);
    expect((await counter(ALICE, HOME))?.lock).toBe(120);
    await pass('1 hour');
    expect(await reserve(5)).toEqual(FIVE);
    expect(await counter(ALICE, HOME)).toMatchObject({ locks: 1, lock: 60 });
  });

  it('forgets single failures after a quarter of an hour, or an hour after the last of several', async () => {
    await reserve(1);
    await pass('15 minutes');
    expect(await reserve(4)).toEqual(repeated(4, ALLOWED));
    await pass('59 minutes');
    expect((await counter(ALICE, HOME))?.failures).toBe(4);
    await pass('1 minute');
    expect(await reserve(4)).toEqual(repeated(4, ALLOWED));
  });
});

describe('the right password', () => {
  it('clears lock, doubling and failures of its pair alone, and gives the attempt back to the name', async () => {
    await reserve(5, BOB);
    await reserve(5);
    await pass('1 minute');
    await reserve(3);
    await throttle.succeeded(ALICE, HOME, ALLOWED);
    expect(await counter(ALICE, HOME)).toMatchObject({ failures: 0, locks: 0, lock: null });
    expect((await counter(ALICE, '*'))?.failures).toBe(7);
    expect(await counter(BOB, HOME)).toMatchObject({ locks: 1, lock: 60, trusted: null });
    expect((await counter(BOB, '*'))?.failures).toBe(5);
    expect(await reserve(5)).toEqual(proved(FIVE));
    expect((await counter(ALICE, HOME))?.lock).toBe(60);
  });

  it('makes its source known for thirty days, and no other', async () => {
    await reserve(1);
    await reserve(1, ALICE, '192.0.2.2');
    await throttle.succeeded(ALICE, HOME, ALLOWED);
    await reserve(1);
    const known = await counter(ALICE, HOME);
    expect([aboutDays(known?.trusted), aboutDays(known?.remaining)]).toEqual([30, 30]);
    expect(await counter(ALICE, '192.0.2.2')).toMatchObject({ failures: 1, trusted: null });
    expect(await counter(ALICE, '*')).toMatchObject({ failures: 2, trusted: null });
  });

  it('lets a busy client never reach the ceiling', async () => {
    for (let login = 0; login < 40; login += 1) {
      const [reservation] = await reserve(1);
      expect(reservation).toEqual({ ...ALLOWED, unproved: login === 0 });
      await throttle.succeeded(ALICE, HOME, reservation!);
    }
    expect((await counter(ALICE, '*'))?.failures).toBe(0);
  });

  it('makes nothing where nothing was reserved', async () => {
    await throttle.succeeded(ALICE, HOME, ALLOWED);
    expect(await database.asSuperuser('SELECT FROM login_failures')).toEqual([]);
  });
});

describe('the ceiling of a name', () => {
  it('is thirty attempts from wherever they come', async () => {
    expect(await guessFromAfar(30)).toEqual(repeated(30, ALLOWED));
    expect(await reserve(3)).toEqual(repeated(3, CEILING));
    expect(await counter(ALICE, '*')).toMatchObject({ failures: 30 });
    expect(await counter(ALICE, HOME)).toBeUndefined();
    expect(await reserve(1, BOB)).toEqual([ALLOWED]);
  });

  it('ends a quarter of an hour after the first attempt, and refusals do not put that off', async () => {
    await guessFromAfar(15);
    await pass('14 minutes');
    await guessFromAfar(20);
    expect(await reserve(1)).toEqual([CEILING]);
    await pass('1 minute');
    expect(await reserve(1)).toEqual([ALLOWED]);
    expect(await counter(ALICE, '*')).toMatchObject({ failures: 1 });
  });

  it('does not shut out a source that has logged in before', async () => {
    await reserve(1);
    await throttle.succeeded(ALICE, HOME, ALLOWED);
    await guessFromAfar(30);
    expect(await reserve(1, ALICE, '192.0.2.2')).toEqual([CEILING]);
    expect(await reserve(6)).toEqual(proved([...FIVE, LOCKED]));
    await pass('1 minute');
    expect(await reserve(1)).toEqual(proved([ALLOWED]));
  });

  it('shuts out a source known for another name only', async () => {
    await reserve(1, BOB);
    await throttle.succeeded(BOB, HOME, ALLOWED);
    await guessFromAfar(30);
    expect(await reserve(1)).toEqual([CEILING]);
    expect(await reserve(1, BOB)).toEqual(proved([ALLOWED]));
  });

  it('shuts out a source that has not logged in for thirty days', async () => {
    await reserve(1);
    await throttle.succeeded(ALICE, HOME, ALLOWED);
    await pass('29 days');
    await guessFromAfar(30);
    expect(await reserve(1)).toEqual(proved([ALLOWED]));
    await pass('1 day');
    await guessFromAfar(30);
    expect(await reserve(1)).toEqual([CEILING]);
  });
});

describe('the ceiling of a source', () => {
  const nameOf = (index: number) => loginNameKey(`sprayed-${index}`);

  /** Makes one guess each at this many names from one source. */
  async function spray(times: number, source = HOME): Promise<string[]> {
    const verdicts: string[] = [];
    for (let time = 0; time < times; time += 1)
      verdicts.push((await throttle.reserve(nameOf(time), source, time % 2 === 0)).verdict);
    return verdicts;
  }

  it('is one hundred attempts at whatever names, known or not', async () => {
    expect(await spray(103)).toEqual([...repeated(100, 'allowed'), ...repeated(3, 'ceiling')]);
    expect(await counter(nameOf(102), HOME)).toBeUndefined();
    expect(await reserve(1, ALICE, '192.0.2.2')).toEqual([ALLOWED]);
  });

  it('ends a quarter of an hour after the first attempt', async () => {
    await spray(100);
    await pass('14 minutes');
    expect(await reserve(1)).toEqual([CEILING]);
    await pass('1 minute');
    expect(await reserve(1)).toEqual([ALLOWED]);
  });

  it('lets names pass that have logged in from there, which spend nothing of it', async () => {
    const [reservation] = await reserve(1);
    await throttle.succeeded(ALICE, HOME, reservation!);
    await reserve(4);
    expect(await spray(101)).toEqual([...repeated(100, 'allowed'), 'ceiling']);
    expect(await reserve(2)).toEqual(proved([LAST, LOCKED]));
  });

  it('is never reached by right logins, however many are under way', async () => {
    const logIn = async (index: number) => {
      const reservation = await throttle.reserve(nameOf(index), HOME, true);
      expect(reservation).toEqual(ALLOWED);
      await throttle.succeeded(nameOf(index), HOME, reservation);
    };
    for (let round = 0; round < 3; round += 1)
      await Promise.all(Array.from({ length: 50 }, (_, index) => logIn(round * 50 + index)));
    expect(await spray(1)).toEqual(['allowed']);
    expect(await counter(createHash('sha256').update('any name').digest(), HOME)).toMatchObject({
      failures: 0,
    });
  });

  it('gives a reservation back once, though two replicas let the pair in at once', async () => {
    const both = [...(await reserve(2)), ...(await reserve(1, BOB))];
    await throttle.succeeded(ALICE, HOME, both[0]!);
    await throttle.succeeded(ALICE, HOME, both[1]!);
    expect(await counter(createHash('sha256').update('any name').digest(), HOME)).toMatchObject({
      failures: 1,
    });
  });
});
