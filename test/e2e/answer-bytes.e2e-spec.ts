import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Strongroom, type As } from '../support/strongroom.js';

const MIB = 1024 * 1024;
const PAGE_BYTES = 8 * MIB;
const SCHEMA_BYTES = 60_000;
/** Makes more than a page of 8 MiB, and more than the 32 MiB of all results. */
const SECRETS = 600;
const SEARCH = '/api/v3.1/searches/secrets';

describe('a search that finds secrets with large schemas', () => {
  let room: Strongroom;
  let user: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    user = await room.tenant('large');
    expect((await room.secret(user, 'PUT', 'one', 'value')).status).toBe(200);
    await room.database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by, schema)
       SELECT tenant_id, gen_random_uuid(), 'large-' || n, '', key_generation, created_by, created_by,
              json_build_object('description', repeat('x', ${SCHEMA_BYTES}))
       FROM secrets, generate_series(1, ${SECRETS}) n WHERE key = 'one'`,
    );
  });
  afterAll(() => room.stop());

  const search = (query: string) => room.call(user, 'POST', `${SEARCH}?${query}`, {});

  it('leaves the schemas out unless they are asked for', async () => {
    const { status, text, body } = await search('_size=1000');
    expect([status, (body.items as object[]).length]).toEqual([200, SECRETS + 1]);
    expect(text.length).toBeLessThan(PAGE_BYTES / 4);
  });

  it('ends a page early rather than make it larger than 8 MiB, and clients come to the end by what they got', async () => {
    const keys = new Set<string>();
    let pages = 0;
    for (; keys.size < SECRETS + 1; pages += 1) {
      const { status, text, body } = await search(`_include=key,schema&_size=1000&_offset=${keys.size}`);
      const items = body.items as { key: string }[];
      expect([status, items.length > 0]).toEqual([200, true]);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(PAGE_BYTES + MIB);
      expect(body).toMatchObject({ metadata: { pagination: { size: 1_000, total: SECRETS + 1 } } });
      for (const { key } of items) keys.add(key);
    }
    expect(pages).toBeGreaterThan(1);
  });

  it('refuses all results beyond 32 MiB, and names paging', async () => {
    const { status, body } = await search('_include=key,schema&_get_all_results=true');
    expect([status, body.message]).toEqual([400, expect.stringMatching(/_size|_offset|_after/)]);
  });
});
