import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import type { ListOptions } from '../../src/secrets/list/list-options.js';
import { listSecrets } from '../../src/secrets/list/list-secrets.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { plantTwoTenants } from '../support/two-tenants.js';
import { lanesOf } from '../support/lanes.js';

const SECRETS = 100_000;

const THOUSAND = Array.from({ length: 1_000 }, (_, index) => `key-${index * 97 + 1}`);

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}
type Explained = [{ 'QUERY PLAN': [{ Plan: PlanNode }] }];

/** Returns the number of table rows that a plan has read, including those that it discarded. */
function rowsRead(node: PlanNode): number {
  const { 'Rows Removed by Filter': filtered = 0, 'Rows Removed by Index Recheck': rechecked = 0 } = node;
  const read = (node['Actual Rows'] + filtered + rechecked) * node['Actual Loops'];
  const own = node['Relation Name'] === undefined ? 0 : read;
  return own + (node.Plans ?? []).reduce((sum, plan) => sum + rowsRead(plan), 0);
}

const explained = (text: string): string => `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
const readBy = ([row]: Explained): number => rowsRead(row['QUERY PLAN'][0].Plan);

describe('a list of a tenant with 100,000 secrets', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tenantId: string;
  let otherTenant: string;
  let userId: string;
  beforeAll(async () => {
    database = await cloneDatabase();
    const planted = await plantTwoTenants(database);
    ({ userId } = planted);
    ({ tenantId } = planted.a);
    otherTenant = planted.b.tenantId;
    await plant(tenantId, SECRETS, 'tenant', 'key-');
    await plant(otherTenant, 20_000, 'tenant', 'key-of-another-');
    await plant(otherTenant, 5_000, 'global', 'shared-');
    await database.asSuperuser('VACUUM ANALYZE secrets');
    dataSource = await openServiceDataSource({
      url: database.url,
      poolSize: 1,
      appRole: APP_ROLE,
      single: false,
    });
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  async function plant(tenant: string, count: number, visibility: string, prefix: string): Promise<void> {
    await database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, visibility, version_created_by, created_by,
                            created_at)
       SELECT $1, gen_random_uuid(), $4::text || n, '', 1, $3, $2, $2, now() + n * interval '1 millisecond'
       FROM generate_series(1, ${count}) n`,
      [tenant, userId, visibility, prefix],
    );
  }

  const WHOLE: ListOptions = {
    fields: ['key', 'created_at', 'tenant_name', 'created_by'],
    whole: false,
    size: 100,
    offset: 0,
    all: false,
    after: 'start',
    allTenants: false,
    search: undefined,
    sorts: [],
    filters: new Map(),
  };

  /** Returns a list, and the rows that its statements read; without a total unless `after` is undefined. */
  async function list(
    options: Partial<ListOptions>,
    as = { userId, administers: true },
  ): Promise<{ items: { key: string }[]; read: number; next?: string }> {
    let read = 0;
    const page = await new TenantTransaction(lanesOf(dataSource)).run(
      tenantId,
      randomUUID(),
      async (manager) => {
        const counting = {
          query: async (text: string, values: unknown[]) => {
            read += text.includes('search_secret_keys')
              ? await readBySearch(values)
              : readBy(await manager.query<Explained>(explained(text), values));
            return manager.query<unknown[]>(text, values);
          },
          queryRunner: {
            connect: () =>
              Promise.resolve({
                query: async ({ text, values }: { text: string; values: unknown[] }) => {
                  read += await readByGenericPlan(manager, text, values);
                  return { rows: await manager.query<unknown[]>(text, values) };
                },
              }),
          },
        };
        const scope = { tenants: [{ id: tenantId, administers: as.administers }], userId: as.userId };
        return listSecrets(counting as unknown as EntityManager, scope, { ...WHOLE, ...options });
      },
    );
    return {
      items: JSON.parse(page.items) as { key: string }[],
      read,
      ...(page.next && { next: page.next }),
    };
  }

  /** Runs a statement with the generic plan that the server uses for a named statement. */
  async function readByGenericPlan(manager: EntityManager, text: string, values: unknown[]): Promise<number> {
    await manager.query('SET LOCAL plan_cache_mode = force_generic_plan');
    await manager.query(`PREPARE generic AS ${text}`);
    const literals = values.map((value) => pg.escapeLiteral(String(value))).join(', ');
    const plan = await manager.query<Explained>(explained(`EXECUTE generic (${literals})`));
    await manager.query('DEALLOCATE generic');
    return readBy(plan);
  }

  /** Runs the function's own statements as its owner, with their generic plans. */
  async function readBySearch(values: unknown[]): Promise<number> {
    const [tenants, administers, user, pattern, limit] = values as [
      string[],
      boolean[],
      string,
      string,
      number,
    ];
    const [source] = await database.asSuperuser<{ prosrc: string }>(
      `SELECT prosrc FROM pg_proc WHERE proname = 'search_secret_keys'`,
    );
    const texts = source?.prosrc.match(/SELECT array_agg[^]*?;/g) ?? [];
    expect(texts).toHaveLength(2);
    const client = new pg.Client(`${database.superuserUrl}&options=-c%20role%3D${READER_ROLE}`);
    await client.connect();
    await client.query('SET plan_cache_mode = force_generic_plan');
    let read = 0;
    for (const [index, text] of texts.entries()) {
      const prepared = text
        .replace('INTO tenant_ids, ids', '')
        .replaceAll('p_tenants', '$1')
        .replaceAll('p_administers', '$2')
        .replaceAll('p_user', '$3')
        .replaceAll('p_pattern', '$4')
        .replaceAll('p_limit', '$5');
      const types = 'uuid[], boolean[], uuid, text, integer';
      await client.query(`PREPARE search_${index} (${types}) AS ${prepared}`);
      const arrays = `'{${tenants.join(',')}}', '{${administers.join(',')}}'`;
      const named = `${arrays}, '${user}', '${pattern}', ${limit}`;
      const { rows } = await client.query(explained(`EXECUTE search_${index} (${named})`));
      read += readBy(rows as Explained);
    }
    await client.end();
    return read;
  }

  it.each<[string, Partial<ListOptions>]>([
    ['as they were made', {}],
    ['by key', { sorts: [{ by: 'key', descending: false }] }],
    ['by key, backwards', { sorts: [{ by: 'key', descending: true }] }],
    ['by creation, backwards', { sorts: [{ by: 'created_at', descending: true }] }],
    ['narrowed to what most are', { filters: new Map([['visibility', ['tenant']]]) }],
  ])('reads fewer rows for a page than three times its size, %s', async (_order, options) => {
    const { items, read } = await list(options);
    expect(items).toHaveLength(100);
    expect(read).toBeGreaterThanOrEqual(100);
    expect(read).toBeLessThan(300);
  });

  it.each([undefined, 'start'] as const)(
    'reads as little by a plan that is kept, after %s',
    async (after) => {
      const { items, read } = await list({ whole: true, after });
      expect(items).toHaveLength(100);
      const counted = after === undefined ? SECRETS + 5_000 : 0;
      expect(read).toBeGreaterThanOrEqual(100 + counted);
      expect(read).toBeLessThan(300 + counted);
    },
  );

  it('reads as little for a page in the middle, by cursor', async () => {
    const sorts = [{ by: 'key', descending: false }] as const;
    const { items: first, next } = await list({ sorts });
    const last = JSON.parse(Buffer.from(next ?? '', 'base64url').toString()) as [
      string,
      boolean,
      string,
      string,
    ];
    expect(last[2]).toBe(first.at(-1)?.key);
    for (const options of [
      { sorts, after: { by: 'key', descending: false, last: ['key-5', randomUUID()] } },
      {
        after: {
          by: 'created_at',
          descending: false,
          last: [new Date(Date.now() + 50_000).toISOString(), 'key-1', randomUUID()],
        },
      },
    ] as const) {
      const { items, read } = await list(options);
      expect(items).toHaveLength(100);
      expect(read).toBeLessThan(300);
    }
  });

  it.each([
    ['KEY-4711', 11],
    ['-4711', 12],
    ['key-99', 1_111],
    ['no-such-key', 0],
    ['shared-499', 11],
  ])('reads fewer rows for a search for %s than three times what it finds', async (search, found) => {
    const { items, read } = await list({ search: { text: search, fields: ['key'] }, size: 2_000 });
    expect(items).toHaveLength(found);
    expect(read).toBeLessThan(Math.max(3 * found, 1));
  });

  it('reads nothing of private keys of others that a search would match', async () => {
    const stranger = randomUUID();
    await database.asSuperuser(
      `INSERT INTO users (id, username, password_hash) VALUES ($1, 'stranger', '')`,
      [stranger],
    );
    await plant(tenantId, 5_000, 'private', 'hidden-');
    await database.asSuperuser('VACUUM ANALYZE secrets');
    const search = { text: 'hidden-', fields: ['key'] } as const;
    const { items, read } = await list({ search }, { userId: stranger, administers: false });
    expect([items, read]).toEqual([[], 0]);
    expect((await list({ search: { ...search, text: 'hidden-499' } })).items).toHaveLength(11);
    await database.asSuperuser(`UPDATE secrets SET created_by = $1 WHERE key = 'hidden-1'`, [stranger]);
    const found = await list({ search }, { userId: stranger, administers: false });
    expect(found.items.map(({ key }) => key)).toEqual(['hidden-1']);
    await database.asSuperuser(`DELETE FROM secrets WHERE visibility = 'private'`);
  });

  it.each([
    ['any of some keys', { attribute: 'key', operator: 'any_of', values: ['key-7', 'key-99999', 'no-such'] }],
    ['any of a thousand', { attribute: 'key', operator: 'any_of', values: THOUSAND }],
  ] as const)('reads only what it finds by a rule for %s', async (_name, rule) => {
    const { items, read } = await list({ rules: [rule], size: 1_000 });
    expect(items.length).toBeGreaterThanOrEqual(2);
    expect(read).toBeLessThanOrEqual(3 * items.length);
  });

  it('reads a page only where nearly everything matches', async () => {
    const { items, read } = await list({ search: { text: 'key-', fields: ['key'] } });
    expect(items).toHaveLength(100);
    // The rows that the search read before it gave up, and the page.
    expect(read).toBeLessThan(3_001 + 300);
  });
});
