import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { arrayLiteral } from '../../src/database/array-literal.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import type { ListOptions } from '../../src/secrets/list/list-options.js';
import { listSecrets } from '../../src/secrets/list/list-secrets.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { explained, rowsRead, type Explained } from '../support/plans.js';
import { plantTwoTenants } from '../support/two-tenants.js';
import { lanesOf } from '../support/lanes.js';

const SECRETS = 100_000;

/** Counts the secrets with a label that few have, and an expiry. */
const RARE = 20;

const THOUSAND = Array.from({ length: 1_000 }, (_, index) => `key-${index * 97 + 1}`);

/** Returns a parameter in the form of PostgreSQL's texts. */
function literalOf(value: unknown): string {
  return Array.isArray(value) ? arrayLiteral(value.map(String)) : String(value);
}

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
    await database.asSuperuser(
      `UPDATE secrets SET labels = '{"env": "rare", "of": "few"}', expires_at = now() + interval '1 hour'
       WHERE tenant_id = $1 AND key IN (SELECT 'key-' || n FROM generate_series(1, ${RARE}) n)`,
      [tenantId],
    );
    await database.asSuperuser(
      `UPDATE secrets SET labels = '{"env": "common"}' WHERE tenant_id = $1 AND key LIKE 'key-9_%'`,
      [tenantId],
    );
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
    labels: [],
    expired: undefined,
    expiresBefore: undefined,
    notReadFor: undefined,
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
            const [search] = /search_secret_(?:keys|labels)/.exec(text) ?? [];
            read += search
              ? await readBySearch(search, values)
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
  async function readBySearch(name: string, values: unknown[]): Promise<number> {
    const [source] = await database.asSuperuser<{ prosrc: string; names: string[]; types: string[] }>(
      `SELECT prosrc, proargnames[:pronargs] AS names,
              ARRAY(SELECT t::regtype::text FROM unnest(proargtypes) AS t) AS types
       FROM pg_proc WHERE proname = $1`,
      [name],
    );
    const parameters = source?.names.slice(0, -1) ?? [];
    expect(values).toHaveLength(parameters.length);
    const texts = source?.prosrc.match(/SELECT array_agg[^]*?;/g) ?? [];
    expect(texts).toHaveLength(2);
    const client = new pg.Client(`${database.superuserUrl}&options=-c%20role%3D${READER_ROLE}`);
    await client.connect();
    await client.query('SET plan_cache_mode = force_generic_plan');
    let read = 0;
    for (const [index, text] of texts.entries()) {
      const prepared = parameters.reduce(
        (sql, parameter, place) => sql.replaceAll(parameter, `$${place + 1}`),
        text.replace('INTO tenant_ids, ids', ''),
      );
      const types = source?.types.slice(0, parameters.length).join(', ');
      await client.query(`PREPARE search_${index} (${types}) AS ${prepared}`);
      const named = values.map((value) => pg.escapeLiteral(literalOf(value))).join(', ');
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

  it.each<[string, Partial<ListOptions>]>([
    ['a label', { labels: [['env', 'rare']] }],
    [
      'two labels',
      {
        labels: [
          ['env', 'rare'],
          ['of', 'few'],
        ],
      },
    ],
    ['a rule for values', { rules: [{ label: 'env', operator: 'any_of', values: ['rare', 'rarer'] }] }],
    ['a rule for a name', { rules: [{ label: 'of', operator: 'is_not_null', values: [] }] }],
    ['a label, with a total', { labels: [['env', 'rare']], after: undefined }],
    ['a time before which they expire', { expiresBefore: { afterMilliseconds: 86_400_000 } }],
    [
      'such a time, in that order',
      {
        expiresBefore: { at: new Date('2999-01-01') },
        sorts: [{ by: 'expires_at', descending: false }],
        after: undefined,
      },
    ],
  ])('reads only what it finds by %s', async (_what, options) => {
    const { items, read } = await list(options);
    expect(items).toHaveLength(RARE);
    expect(read).toBeLessThanOrEqual(6 * RARE);
  });

  it('reads nothing where nothing has a label, or has expired', async () => {
    expect(await list({ labels: [['env', 'unknown']] })).toMatchObject({ items: [], read: 0 });
    expect(await list({ expired: true })).toMatchObject({ items: [], read: 0 });
  });

  it('reads a page only where a label is of many', async () => {
    const { items, read } = await list({
      labels: [['env', 'common']],
      sorts: [{ by: 'key', descending: true }],
    });
    expect(items).toHaveLength(100);
    // The rows that the search read before it gave up, and the page.
    expect(read).toBeLessThan(2 * 3_001 + 300);
  });

  it('reads nothing of private keys of others that a search would match', async () => {
    const stranger = randomUUID();
    await database.asSuperuser(
      `INSERT INTO users (id, username, password_hash) VALUES ($1, 'stranger', '')`,
      [stranger],
    );
    await plant(tenantId, 5_000, 'private', 'hidden-');
    await database.asSuperuser(
      `UPDATE secrets SET labels = '{"env": "hidden"}' WHERE visibility = 'private'`,
    );
    await database.asSuperuser('VACUUM ANALYZE secrets');
    const search = { text: 'hidden-', fields: ['key'] } as const;
    const { items, read } = await list({ search }, { userId: stranger, administers: false });
    expect([items, read]).toEqual([[], 0]);
    const labels = [['env', 'hidden']] as const;
    expect(await list({ labels }, { userId: stranger, administers: false })).toMatchObject({
      items: [],
      read: 0,
    });
    expect((await list({ search: { ...search, text: 'hidden-499' } })).items).toHaveLength(11);
    await database.asSuperuser(`UPDATE secrets SET created_by = $1 WHERE key = 'hidden-1'`, [stranger]);
    const found = await list({ search }, { userId: stranger, administers: false });
    expect(found.items.map(({ key }) => key)).toEqual(['hidden-1']);
    const labelled = await list({ labels }, { userId: stranger, administers: false });
    expect(labelled.items.map(({ key }) => key)).toEqual(['hidden-1']);
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
