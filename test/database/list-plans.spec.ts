import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';
import { openServiceDataSource } from '../../src/database/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import type { ListWish } from '../../src/secrets/list-wish.js';
import { listSecrets } from '../../src/secrets/secret-list.query.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants } from '../support/two-tenants.js';

const SECRETS = 100_000;

interface PlanNode {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** How many rows the scans of a plan have read. */
function rowsRead(node: PlanNode): number {
  const own = node['Node Type'].includes('Scan') && node['Node Type'] !== 'Subquery Scan';
  const read = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
  return (own ? read : 0) + (node.Plans ?? []).reduce((sum, plan) => sum + rowsRead(plan), 0);
}

describe('a page of a tenant with 100,000 secrets', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tenantId: string;
  let userId: string;
  beforeAll(async () => {
    database = await cloneDatabase();
    const planted = await plantTwoTenants(database);
    ({ userId } = planted);
    ({ tenantId } = planted.a);
    await database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by, created_at)
       SELECT $1, gen_random_uuid(), 'key-' || n, '', 1, $2, $2, now() + n * interval '1 millisecond'
       FROM generate_series(1, ${SECRETS}) n`,
      [tenantId, userId],
    );
    await database.asSuperuser('VACUUM ANALYZE secrets');
    dataSource = await openServiceDataSource({
      url: database.url,
      poolSize: 1,
      appRole: APP_ROLE,
      single: false,
    });
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** What the first statement of a list, the page, has read. */
  async function readFor(wish: Partial<ListWish>): Promise<number> {
    const whole: ListWish = {
      size: 100,
      offset: 0,
      search: undefined,
      sorts: [],
      filters: new Map(),
      ...wish,
    };
    const plans: number[] = [];
    await new TenantTransaction(dataSource).run(tenantId, randomUUID(), async (manager) => {
      const explaining = {
        query: async (text: string, values: unknown[]) => {
          if (text.includes('AS total')) return manager.query<unknown[]>(text, values);
          const explained = `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
          const [row] = await manager.query<[{ 'QUERY PLAN': [{ Plan: PlanNode }] }]>(explained, values);
          plans.push(rowsRead(row['QUERY PLAN'][0].Plan));
          return [];
        },
      };
      await listSecrets(explaining as unknown as EntityManager, [tenantId, userId, true], whole);
    });
    return plans[0] ?? Number.NaN;
  }

  /** Page, rows and their creators and tenants are looked up one by one. */
  const LOOK_UPS = 3;

  it.each<[string, ListWish['sorts']]>([
    ['as they were made', []],
    ['by key', [{ by: 'key', descending: false }]],
    ['by key, backwards', [{ by: 'key', descending: true }]],
    ['by creation, backwards', [{ by: 'created_at', descending: true }]],
  ])('reads little more than itself %s', async (_order, sorts) => {
    const read = await readFor({ sorts });
    expect(read).toBeGreaterThanOrEqual(100);
    expect(read).toBeLessThan(3 * 100 + LOOK_UPS * 100);
  });
});
