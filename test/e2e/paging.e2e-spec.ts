import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

describe('a list in pages', () => {
  let room: Strongroom;
  let tenant: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    tenant = await room.tenant('paged');
    for (let index = 0; index < 7; index += 1) await room.secret(tenant, 'PUT', `key-${index}`, 'x');
  });
  afterAll(() => room.stop());

  const keys = (body: Record<string, unknown>): string[] =>
    (body.items as { key: string }[]).map(({ key }) => key);
  const list = (query: string) => room.call(tenant, 'GET', `/api/v3/secrets${query}`);

  it('comes in the order of creation', async () => {
    const answer = await list('?_size=3&_offset=2');
    expect(answer.status).toBe(200);
    expect(keys(answer.body)).toEqual(['key-2', 'key-3', 'key-4']);
    expect(answer.body.metadata).toEqual({ pagination: { total: 7, size: 3, offset: 2 } });
  });

  it('can be empty', async () => {
    expect((await list('?_size=0')).body).toEqual({
      items: [],
      metadata: { pagination: { total: 7, size: 0, offset: 0 } },
    });
    expect(keys((await list('?_offset=7')).body)).toEqual([]);
    expect(keys((await list('?_offset=2147483647')).body)).toEqual([]);
  });

  it('refuses a page of more than 1,000', async () => {
    const answer = await list('?_size=1001');
    expect(answer.status).toBe(400);
    expect(answer.body.error_code).toBe('illegal_action_error');
    expect((await list('?_size=1000')).status).toBe(200);
  });

  it('goes on by cursor without a total, over what is added and deleted meanwhile', async () => {
    const pages: string[][] = [];
    let cursor = '';
    for (let more: string | null = ''; more !== null; cursor = more ?? '') {
      const { status, body } = await list(`?_sort=key&_size=3&_after=${cursor}`);
      expect(status).toBe(200);
      const metadata = body.metadata as { pagination: object; next: string | null };
      expect(metadata.pagination).toEqual({ size: 3 });
      pages.push(keys(body));
      more = metadata.next;
      if (pages.length === 1) {
        await room.secret(tenant, 'PUT', 'key-00', 'x');
        await room.secret(tenant, 'PUT', 'key-9', 'x');
        await room.secret(tenant, 'DELETE', 'key-2');
      }
    }
    expect(pages).toEqual([
      ['key-0', 'key-1', 'key-2'],
      ['key-3', 'key-4', 'key-5'],
      ['key-6', 'key-9'],
    ]);
    await room.secret(tenant, 'DELETE', 'key-00');
    await room.secret(tenant, 'DELETE', 'key-9');
  });

  it('gives a field once that is asked for two thousand times', async () => {
    for (const path of ['/api/v3.1/secrets', '/api/v3.1/secrets/share/export', '/api/v3.1/users']) {
      const field = path.endsWith('users') ? 'username' : 'key';
      const query = `_include=${`${field},`.repeat(900)}&_include=${field}${`,${field}`.repeat(900)}`;
      const { status, text } = await room.call(ADMIN, 'GET', `${path}?${query}`);
      expect(status).toBe(200);
      expect(text).not.toMatch(new RegExp(`"${field}":[^,}]*,"${field}"`));
    }
  });

  it('refuses a cursor of another order, and one that it never gave', async () => {
    const { body } = await list('?_sort=key&_size=1&_after=');
    const { next } = body.metadata as { next: string };
    expect((await list(`?_sort=key&_after=${next}`)).status).toBe(200);
    const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const id = '00000000-0000-0000-0000-000000000000';
    for (const query of [
      `_sort=-key&_after=${next}`,
      `_after=${next}`,
      `_sort=key&_after=x${next}`,
      `_sort=key&_after=${forged(['key', false, "'; --", id])}`,
      `_sort=key&_after=${forged(['key', false, 'key', 'no-id'])}`,
      `_sort=key&_after=${forged({ by: 'key' })}`,
      `_after=${forged(['created_at', false, 'yesterday', 'key', id])}`,
      `_after=${forged(['created_at', false, '2026-01-01T00:00:00', 'key', id, id])}`,
      ...[
        ...['2026-02-31T00:00:00+00:00', '0000-01-01T00:00:00+00:00', '2026-01-01T24:00:00+00:00'],
        ...['2026-01-01T00:00:00+20:00', '2026-01-01T00:00:00', '2026-01-01T00:00:00.1234567+00:00'],
      ].map((time) => `_after=${forged(['created_at', false, time, 'key', id])}`),
    ]) {
      const answer = await list(`?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      expect(answer.body.error_code).toBe('bad_parameters_error');
    }
  });

  it.each([
    '_size=-1',
    '_size=NaN',
    '_size=1.5',
    '_size=1e2',
    '_size=0x10',
    '_size=',
    '_size=%20',
    '_size=1&_size=2',
    '_size[]=1',
    '_size[$gt]=1',
    '_offset=-1',
    '_offset=abc',
    '_offset=99999999999999999999',
    '_offset=2147483648',
    '_sort=value',
    'value=x',
    '__proto__=x',
    'role=admin',
  ])('refuses ?%s', async (query) => {
    const answer = await list(`?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.error_code).toBe('bad_parameters_error');
  });
});
