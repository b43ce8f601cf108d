import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { AuditEventsRepository } from '../../src/audit-trail/reading/audit-events.repository.js';
import type { AuditCursor } from '../../src/audit-trail/reading/audit-cursor.js';
import type { AuditFilter, AuditPage } from '../../src/audit-trail/reading/audit-filter.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { lanesOf } from '../support/lanes.js';
import { plantTwoTenants } from '../support/two-tenants.js';

/** Spreads over two months, so that several partitions hold events. */
const EVENTS = 60_000;
const MINUTE_MS = 60_000;

const ANY: AuditFilter = {
  ...{ actor: undefined, key: undefined, actions: undefined, outcomes: undefined },
  ...{ from: undefined, until: undefined, after: undefined, descending: true, size: 100 },
};

describe('a page of a log with 60,000 events', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let logId: string;
  let userId: string;
  const start = Date.now() - EVENTS * MINUTE_MS;
  const at = (minute: number): string => new Date(start + minute * MINUTE_MS).toISOString();
  beforeAll(async () => {
    database = await cloneDatabase();
    const planted = await plantTwoTenants(database);
    ({ userId } = planted);
    logId = planted.a.tenantId;
    for (const log of [logId, planted.b.tenantId])
      await database.asSuperuser(
        `INSERT INTO audit_events (log_id, id, at, action, actor_id, key, outcome, body)
         SELECT $1, id, at, action, actor, key, 'ok', json_build_object('n', n, 'caller', json_build_object('actor_name', CASE WHEN n = 11 THEN 'operator' ELSE 'u' END))
         FROM (
           SELECT n, $2::timestamptz + n * interval '1 minute' AS at, 'key-' || n % 100 AS key,
                  CASE WHEN n % 50 = 0 THEN $3::uuid WHEN n <> 11 THEN gen_random_uuid() END AS actor,
                  CASE WHEN n = 7 THEN 'secret.delete' ELSE 'secret.read' END AS action,
                  (left(first_event_id($2::timestamptz + n * interval '1 minute')::text, 14) || '7'
                   || substr(gen_random_uuid()::text, 16))::uuid AS id
           FROM generate_series(1, ${EVENTS}) n
         ) AS e`,
        [log, at(0), userId],
      );
    await database.asSuperuser("DELETE FROM audit_events WHERE body = 'event'");
    await database.asSuperuser('ANALYZE audit_events');
    dataSource = await openServiceDataSource({
      ...{ url: database.url, poolSize: 1, appRole: APP_ROLE, single: false },
    });
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** Returns a page, and how many table rows and index entries the call has read. */
  async function page(
    filter: Partial<AuditFilter>,
  ): Promise<{ numbers: number[]; next?: AuditCursor; read: number }> {
    const events = new AuditEventsRepository();
    let read = 0;
    const found = await new TenantTransaction(lanesOf(dataSource)).run(
      logId,
      randomUUID(),
      async (manager) => {
        const before = await readInTransaction(manager);
        const result: AuditPage = await events.readLog(manager, { ...ANY, ...filter });
        read = (await readInTransaction(manager)) - before;
        return result;
      },
    );
    const numbers = (JSON.parse(found.items) as { n: number }[]).map(({ n }) => n);
    return { numbers, read, ...(found.next && { next: found.next }) };
  }

  /** Returns how many rows of events the transaction has read so far: by scans of tables and of indexes. */
  async function readInTransaction(manager: { query: <T>(text: string) => Promise<T> }): Promise<number> {
    const [row] = await manager.query<{ read: string }[]>(
      `SELECT coalesce(sum(pg_stat_get_xact_tuples_returned(c.oid)), 0) AS read FROM pg_class c
       WHERE c.oid IN (SELECT relid FROM pg_partition_tree('audit_events'))
          OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT relid FROM pg_partition_tree('audit_events')))`,
    );
    return Number(row?.read);
  }

  const KEY = 'key-7';
  it.each<[string, Partial<AuditFilter>, number]>([
    ['as it is', {}, EVENTS],
    ['the oldest first', { descending: false }, 1],
    ['by key', { key: KEY }, EVENTS - 93],
    ['by key, the oldest first', { key: KEY, descending: false }, 7],
    ['by actor', { actor: { id: '' } }, EVENTS],
  ])('reads a few times its size, %s', async (_name, filter, first) => {
    const asked = filter.actor === undefined ? filter : { ...filter, actor: { id: userId } };
    const { numbers, read, next } = await page(asked);
    expect([numbers.length, numbers[0]]).toEqual([100, first]);
    expect(read).toBeGreaterThanOrEqual(100);
    expect(read).toBeLessThan(500);
    const second = await page({ ...asked, ...(next && { after: next }) });
    expect(second.numbers).toHaveLength(100);
    expect(second.numbers).not.toContain(numbers.at(-1));
    expect(second.read).toBeLessThan(500);
  });

  it.each([true, false])('reads a few times its size by time, backwards: %s', async (descending) => {
    const { numbers, read } = await page({ from: at(30_000), until: at(30_500), descending });
    expect(numbers).toHaveLength(100);
    expect(numbers[0]).toBe(descending ? 30_499 : 30_000);
    expect(read).toBeLessThan(500);
    const { numbers: ofKey, read: byKey } = await page({
      from: at(30_000),
      until: at(30_500),
      key: KEY,
      descending,
    });
    expect(ofKey).toHaveLength(5);
    expect(byKey).toBeLessThan(100);
  });

  it('finds what somebody without an account did, by name', async () => {
    const { numbers, read } = await page({ actor: { name: 'OPERATOR' } });
    expect(numbers).toEqual([11]);
    expect(read).toBeLessThan(20);
  });

  it('finds the one event that is like that, though it looks through no more than 50,000 for a page', async () => {
    const rare = { actions: ['secret.delete'] } as const;
    const first = await page(rare);
    expect([first.numbers, first.next === undefined]).toEqual([[], false]);
    const second = await page({ ...rare, after: first.next });
    expect([second.numbers, second.next]).toEqual([[7], undefined]);
  });
});
