import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Strongroom, type As } from '../support/strongroom.js';

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
