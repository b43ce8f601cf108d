import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import type { ListOptions } from '../../src/secrets/list/list-options.js';
import { listSecrets } from '../../src/secrets/list/list-secrets.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { lanesOf } from '../support/lanes.js';
import { explained, rowsRead, stepsOf, type Explained, type PlanNode } from '../support/plans.js';
import { plantTwoTenants } from '../support/two-tenants.js';

const SECRETS = 20_000;

/** One in so many was not read for thirty days. */
const ONE_IN = 10;

const DAYS = 30;

const UNREAD: ListOptions = {
  ...{ fields: ['key'], whole: false, size: 100, offset: 0, all: false, after: 'start', allTenants: false },
  ...{ search: undefined, sorts: [], filters: new Map(), labels: [], expired: undefined },
  ...{ expiresBefore: undefined, notReadFor: DAYS },
};

describe('a list of what was not read for days', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tenantId: string;
  let userId: string;
  beforeAll(async () => {
    database = await cloneDatabase();
    const planted = await plantTwoTenants(database);
    ({ userId } = planted);
    ({ tenantId } = planted.a);
    for (const tenant of [tenantId, planted.b.tenantId]) {
      await database.asSuperuser(
        `INSERT INTO secrets (tenant_id, id, key, value, key_generation, visibility, version_created_by, created_by, created_at)
         SELECT $1, gen_random_uuid(), 'key-' || n, '', 1, 'tenant', $2, $2, now() - interval '100 days' + n * interval '1 second'
         FROM generate_series(1, ${SECRETS}) n`,
        [tenant, userId],
      );
      await database.asSuperuser(
        `INSERT INTO secret_reads (tenant_id, secret_id, version, reader_id, is_tenant, read_at)
         SELECT tenant_id, id, 1, reader, false,
                now() - CASE WHEN substr(key, 5)::integer % ${ONE_IN} = 0 THEN interval '90 days' ELSE interval '1 day' END
         FROM secrets, unnest(ARRAY[$2::uuid, gen_random_uuid()]) AS reader WHERE tenant_id = $1 AND key LIKE 'key-%'`,
        [tenant, userId],
      );
    }
    await database.asSuperuser(`UPDATE installation SET reads_since = now() - interval '200 days'`);
    await database.asSuperuser('VACUUM ANALYZE secrets, secret_reads');
    const { url } = database;
    dataSource = await openServiceDataSource({ url, poolSize: 1, appRole: APP_ROLE, single: false });
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** Returns a page, and the plan of its statement, by the service's login. */
  async function list(options: Partial<ListOptions>): Promise<{ items: { key: string }[]; plan: PlanNode }> {
    const plans: PlanNode[] = [];
    const page = await new TenantTransaction(lanesOf(dataSource)).run(
      tenantId,
      randomUUID(),
      async (manager) => {
        const explaining = {
          query: async (text: string, values: unknown[]) => {
            const [row] = await manager.query<Explained>(explained(text), values);
            plans.push(row['QUERY PLAN'][0].Plan);
            return manager.query<unknown[]>(text, values);
          },
        };
        const scope = { tenants: [{ id: tenantId, administers: true }], userId };
        return listSecrets(explaining as unknown as EntityManager, scope, { ...UNREAD, ...options });
      },
    );
    const [plan] = plans;
    if (plan === undefined || plans.length > 1) throw new Error('A page is one statement');
    return { items: JSON.parse(page.items) as { key: string }[], plan };
  }

  /** Returns how tables of many rows were read other than by an index. */
  const scans = (plan: PlanNode): string[] =>
    stepsOf(plan)
      .filter(({ 'Relation Name': table = '' }) => ['secrets', 'secret_reads'].includes(table))
      .filter(({ 'Node Type': type }) => !/^(Index|Index Only|Bitmap Heap) Scan$/.test(type))
      .map(({ 'Node Type': type, 'Relation Name': table }) => `${type} on ${table}`);

  it.each<[string, Partial<ListOptions>]>([
    ['as they were made', {}],
    ['by key', { sorts: [{ by: 'key', descending: false }] }],
    ['by creation, backwards', { sorts: [{ by: 'created_at', descending: true }] }],
  ])('reads by indexes, and no further than the page, %s', async (_order, options) => {
    const { items, plan } = await list(options);
    expect(items).toHaveLength(100);
    expect(items.every(({ key }) => Number(key.slice(4)) % ONE_IN === 0)).toBe(true);
    expect(scans(plan)).toEqual([]);
    // Of each secret that is looked at: its row, and one or two rows that say when it was read.
    expect(rowsRead(plan)).toBeLessThan(4 * 100 * ONE_IN);
  });

  it('reads the rows of no other tenant where nothing was left unread', async () => {
    const { items, plan } = await list({ notReadFor: 95 });
    expect(items).toEqual([]);
    expect(scans(plan)).toEqual([]);
    // Those of both tenants would be 80,000 rows that say when a secret was read, and 40,000 secrets.
    expect(rowsRead(plan)).toBeLessThanOrEqual(SECRETS * 3 + 100);
  });
});
