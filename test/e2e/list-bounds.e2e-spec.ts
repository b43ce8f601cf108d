import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Strongroom, type As } from '../support/strongroom.js';

const MEBIBYTE = 1024 * 1024;
const PAGE_BYTES = 8 * MEBIBYTE;
const LIST = '/api/v3.1/secrets';
const SEARCH = '/api/v3.1/searches/secrets';

interface Page {
  readonly status: number;
  readonly bytes: number;
  readonly keys: string[];
  readonly body: Record<string, unknown>;
}

describe('the bounds of lists of secrets', () => {
  let room: Strongroom;
  let large: As;
  let many: As;
  let owner: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    large = await room.tenant('large', 'viewer');
    owner = await room.tenant('many', 'user');
    many = await room.member('many', 'stranger', 'viewer');
    // Schemas that compress well: their size on disk says nothing of their size in an answer.
    await plant('large', 'large-viewer', 600, 'tenant', `json_build_object('title', repeat('x', 60000))`);
    await plant('many', 'many-user', 10_000, 'tenant', 'NULL');
    await plant('many', 'many-user', 4_000, 'private', 'NULL');
  });
  afterAll(() => room.stop());

  async function plant(tenant: string, user: string, count: number, visibility: string, schema: string) {
    await room.database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, visibility, schema, version_created_by, created_by,
                            created_at)
       SELECT t.id, gen_random_uuid(), $3 || '-key-' || lpad(n::text, 5, '0'), '', 1, $3, ${schema}, u.id, u.id,
              now() + n * interval '1 ms'
       FROM tenants t, users u, generate_series(1, ${count}) n WHERE t.name = $1 AND u.username = $2`,
      [tenant, user, visibility],
    );
  }

  async function page(as: As, query: string, body?: unknown): Promise<Page> {
    const path = body === undefined ? LIST : SEARCH;
    const answer = await room.call(as, body === undefined ? 'GET' : 'POST', `${path}?${query}`, body);
    const items = (answer.body.items ?? []) as { key: string }[];
    return {
      ...{ status: answer.status, bytes: Buffer.byteLength(answer.text), body: answer.body },
      keys: items.map(({ key }) => key),
    };
  }

  it.each([
    ['a list', undefined],
    ['a search', { filter_rules: [] }],
  ])(
    'end a page of %s early, and those who go on by what they got get everything once',
    async (_name, body) => {
      const keys: string[] = [];
      for (let total = 1; keys.length < total;) {
        const found = await page(large, `_include=key,schema&_offset=${keys.length}`, body);
        expect(found.body.metadata).toMatchObject({
          pagination: { total: 600, size: 1000, offset: keys.length },
        });
        expect(found.bytes).toBeLessThanOrEqual(PAGE_BYTES + 1_000);
        expect(found.keys.length).toBeGreaterThan(0);
        total = 600;
        keys.push(...found.keys);
      }
      expect(new Set(keys).size).toBe(600);
      expect(keys).toHaveLength(600);
    },
  );

  it.each(['_size=1000', '_size=50', '_size=1', '_sort=-key&_size=700'])(
    'say by a cursor where a page with %s ended',
    async (query) => {
      const keys: string[] = [];
      for (let next: string | null = ''; next !== null;) {
        const found: Page = await page(large, `_include=key,schema&${query}&_after=${next}`);
        expect([found.status, found.bytes <= PAGE_BYTES + 1_000]).toEqual([200, true]);
        ({ next } = found.body.metadata as { next: string | null });
        keys.push(...found.keys);
        if (query === '_size=1' && keys.length === 3) break;
      }
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys).toHaveLength(query === '_size=1' ? 3 : 600);
    },
  );

  it('give no empty page where nothing is asked for', async () => {
    expect(await page(large, '_include=key,schema&_size=0&_after=')).toMatchObject({ status: 200, keys: [] });
    expect(await page(large, '_include=key,schema&_offset=600')).toMatchObject({ status: 200, keys: [] });
  });

  it('refuse all results beyond 32 MiB and name paging', async () => {
    const refused = await page(large, '_include=key,schema&_get_all_results=true');
    expect([refused.status, refused.body.error_code]).toEqual([400, 'too_costly']);
    expect(refused.body.message).toMatch(/32 MiB.*_size.*_offset/);
    const searched = await page(large, '_include=schema&_get_all_results=true', {});
    expect([searched.status, searched.body.error_code]).toEqual([400, 'too_costly']);
    expect((await page(large, '_get_all_results=true')).keys).toHaveLength(600);
    const all = await page(large, '_include=key,schema&_get_all_results=true&key=tenant-key-00001');
    expect(all.body.items).toEqual([{ key: 'tenant-key-00001', schema: { title: expect.any(String) } }]);
  });

  it('show a schema only where it is named', async () => {
    for (const body of [undefined, {}]) {
      const { items } = (await page(large, '_size=1', body)).body as { items: object[] };
      expect(items[0]).not.toHaveProperty('schema');
      const named = (await page(large, '_size=1&_include=schema', body)).body as { items: object[] };
      expect(named.items[0]).toHaveProperty('schema.title');
    }
  });

  const rule = (operator: string, count: number, text = 'q') => ({
    ...{ key: 'key', operator, type: 'attribute' },
    values: Array.from({ length: count }, (_, index) => `${text}${index}`),
  });

  it.each([
    ['a value too many in all', [rule('any_of', 999), rule('not_any_of', 2)]],
    ['a pattern too many', [rule('not_contains', 51)]],
    ['patterns in several rules', [rule('contains', 25), rule('starts_with', 20), rule('ends_with', 6)]],
    ['many rules', Array.from({ length: 51 }, () => rule('not_contains', 1))],
  ])('refuse rules with %s, with advice', async (_name, filter_rules) => {
    const { status, body } = await page(large, '', { filter_rules });
    expect([status, body.error_code]).toEqual([400, 'too_costly']);
    expect(body.message).toMatch(/at most .*split them over several searches$/);
  });

  it('take rules up to the limits', async () => {
    const filter_rules = [rule('any_of', 950, 'tenant-key-0001'), rule('not_contains', 50)];
    const found = await page(large, '', { filter_rules });
    expect([found.status, found.keys.length]).toEqual([200, 10]);
  });

  it('combine rules without a change of what they ask for', async () => {
    const any = (...values: string[]) => ({ ...rule('any_of', 0), values });
    const not = (...values: string[]) => ({ ...rule('not_contains', 0), values });
    const filter_rules = [
      any('tenant-key-00001', 'tenant-key-00002', 'tenant-key-00013', 'tenant-key-00001'),
      any('tenant-key-00013', 'tenant-key-00002', 'no-such'),
      not('y-00013'),
      not('no-such'),
    ];
    expect((await page(large, '', { filter_rules })).keys).toEqual(['tenant-key-00002']);
    expect((await page(large, '', { filter_rules: [any('a'), any('b')] })).keys).toEqual([]);
  });

  it('let short searches run among few secrets, and refuse them with advice among many', async () => {
    expect((await page(large, '_search=2&_size=3')).keys).toHaveLength(3);
    // Ten thousand are seen by a stranger, four thousand more by their owner: what is not seen does not count.
    expect((await page(many, '_search=-0&_size=3')).keys).toHaveLength(3);
    for (const body of [undefined, {}]) {
      const refused = await page(owner, '_search=-0', body);
      expect([refused.status, refused.body.error_code]).toEqual([400, 'too_costly']);
      expect(refused.body.message).toContain('three letters or digits in a row');
    }
    expect((await page(owner, '_search=key-0001&_size=3')).keys).toHaveLength(3);
  });

  it('find what a caller sees beside any number of private keys of others', async () => {
    const found = await page(many, '_search=private');
    expect([found.status, found.keys]).toEqual([200, []]);
    expect((await page(owner, '_search=private-key-0399')).keys).toHaveLength(10);
  });

  it('end a statement that takes too long, with advice', async () => {
    await room.database.asSuperuser(
      `CREATE OR REPLACE FUNCTION search_secret_keys(
         p_tenants uuid[], p_administers boolean[], p_user uuid, p_pattern text, p_limit integer, p_global boolean
       ) RETURNS TABLE (tenant_ids uuid[], ids uuid[]) LANGUAGE plpgsql AS $$ BEGIN
         -- Not for the probe, which asks for no tenant.
         PERFORM pg_sleep(60) WHERE cardinality(p_tenants) > 0;
       END $$`,
    );
    const slow = await page(large, '_search=tenant');
    expect([slow.status, slow.body.error_code]).toEqual([400, 'too_costly']);
    expect(slow.body.message).toContain('longer than 2 seconds');
    expect((await page(large, '_size=1')).status).toBe(200);
  });
});
