import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { loginNameKey } from '../../src/users/login-name.js';
import { LoginThrottle } from '../../src/auth/throttle/login-throttle.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { lanesOf } from '../support/lanes.js';

const ALICE = loginNameKey('alice');
const HOME = '192.0.2.1';

describe('the throttle, asked through two pools at once', () => {
  let database: TestDatabase;
  let pools: DataSource[];
  let throttles: LoginThrottle[];
  beforeAll(async () => {
    database = await cloneDatabase();
    const { url } = database;
    const open = () =>
      openServiceDataSource({ url, poolSize: 20, appRole: APP_ROLE, single: false, entities: [] });
    pools = await Promise.all([open(), open()]);
    throttles = pools.map((pool) => new LoginThrottle(lanesOf(pool)));
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.destroy()));
    await database.drop();
  });
  beforeEach(() => database.asSuperuser('DELETE FROM login_failures'));

  const at = (index: number) => throttles[index % 2]!;

  /** Makes concurrent attempts and counts their results. */
  async function tally(times: number, name: (index: number) => Buffer, source: (index: number) => string) {
    const counts = { allowed: 0, locked: 0, ceiling: 0, locks: 0 };
    const reservations = await Promise.all(
      Array.from({ length: times }, (_, index) => at(index).reserve(name(index), source(index), true)),
    );
    for (const { verdict, locks } of reservations) {
      counts[verdict] += 1;
      if (locks) counts.locks += 1;
    }
    return counts;
  }

  const row = async (source: string) => {
    const [found] = await database.asSuperuser(
      'SELECT failures, locks FROM login_failures WHERE name_key = $1 AND source = $2',
      [ALICE, source],
    );
    return found;
  };

  it('lets five of fifty attempts from one source verify, and one of them lock', async () => {
    const counts = await tally(
      50,
      () => ALICE,
      () => HOME,
    );
    expect(counts).toEqual({ allowed: 5, locked: 45, ceiling: 0, locks: 1 });
    expect(await row(HOME)).toEqual({ failures: 0, locks: 1 });
    expect(await row('*')).toEqual({ failures: 5, locks: 0 });
  });

  it('lets thirty of fifty attempts from as many sources verify', async () => {
    const counts = await tally(
      50,
      () => ALICE,
      (index) => `198.51.100.${index}`,
    );
    expect(counts).toEqual({ allowed: 30, locked: 0, ceiling: 20, locks: 0 });
    expect(await row('*')).toMatchObject({ failures: 30 });
  });

  it('lets five of fifty verify again when a lock has ended', async () => {
    await tally(
      5,
      () => ALICE,
      () => HOME,
    );
    await database.asSuperuser("UPDATE login_failures SET locked_until = now() - interval '1 second'");
    const counts = await tally(
      50,
      () => ALICE,
      () => HOME,
    );
    expect(counts).toEqual({ allowed: 5, locked: 45, ceiling: 0, locks: 1 });
    expect(await row(HOME)).toMatchObject({ locks: 2 });
  });

  it('gives each of many right logins of one user its attempt back', async () => {
    const logins = Array.from({ length: 25 }, async (_, index) => {
      const source = `192.0.2.${index}`;
      const reservation = await at(index).reserve(ALICE, source, true);
      expect(reservation).toMatchObject({ verdict: 'allowed' });
      await at(index).succeeded(ALICE, source, reservation);
    });
    await Promise.all(logins);
    expect(await row('*')).toMatchObject({ failures: 0 });
  });

  it('counts a refusal once, whichever sweep deletes the expired counter', async () => {
    await database.asSuperuser(
      `INSERT INTO login_failures (name_key, source, refused, expires_at)
       SELECT sha256(n::text::bytea), 'swept-' || n, n, now() - interval '1 day' FROM generate_series(1, 60) n`,
    );
    const sweeps = Array.from({ length: 20 }, (_, index) =>
      pools[index % 2]!.query<{ deleted: number }[]>('SELECT sweep_login_failures(10) AS deleted'),
    );
    const attempts = tally(
      40,
      (index) => loginNameKey(`someone-${index}`),
      () => HOME,
    );
    await attempts;
    const deleted = (await Promise.all(sweeps)).map(([row]) => row!.deleted);
    expect(deleted.reduce((sum, count) => sum + count)).toBe(60);
    const rows = await database.asSuperuser(
      `SELECT count(*)::int AS events, count(DISTINCT body::json->'caller'->>'address')::int AS sources,
         sum((body::json->'detail'->>'count')::int)::int AS refused
       FROM audit_events WHERE body::json->'caller'->>'address' LIKE 'swept-%'`,
    );
    expect(rows).toEqual([{ events: 60, sources: 60, refused: 1830 }]);
  });
});
