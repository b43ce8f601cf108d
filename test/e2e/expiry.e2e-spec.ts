import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reactionOf } from '../contract/client-reaction.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V3 = '/api/v3/secrets';
const V31 = '/api/v3.1/secrets';
const CANARY = 'canary-of-expiry';
const FUTURE = '2999-03-20T08:00:00.000Z';

let room: Strongroom;
let user: As;
let other: As;
let foreign: As;
beforeAll(async () => {
  room = await Strongroom.start();
  user = await room.member('default_tenant', 'ulla', 'user');
  other = await room.member('default_tenant', 'otto', 'user');
  foreign = await room.tenant('elsewhere', 'manager');
});
afterAll(() => room.stop());

const call = (method: string, path: string, body?: unknown, as: As = ADMIN, headers = {}) =>
  room.call(as, method, path, body, headers);
const put = (key: string, more: object = {}, as: As = ADMIN) =>
  call('PUT', `${V31}/${key}`, { value: CANARY, ...more }, as);
const patch = (key: string, body: object) => call('PATCH', `${V31}/${key}`, body);
const read = (key: string, as: As = ADMIN, version = V31) => call('GET', `${version}/${key}`, undefined, as);
const listed = async (query: string, as: As = ADMIN) => {
  const { status, body } = await call('GET', `${V31}?${query}`, undefined, as);
  expect(status).toBe(200);
  return body.items as { key: string; expires_at: string | null; is_expired: boolean }[];
};
const keys = async (query: string) => (await listed(query)).map(({ key }) => key);

/** Lets a secret expire as time does: without a change of its revision. */
const expire = (...expiring: string[]) =>
  room.database.asSuperuser(
    `UPDATE secrets SET expires_at = now() - interval '1 minute' WHERE key = ANY ($1::text[])`,
    [expiring],
  );
async function expired(key: string, more: object = {}): Promise<void> {
  await put(key, { expires_at: '+1h', ...more });
  await expire(key);
}

describe('the expiry of a secret', () => {
  it.each([
    [FUTURE, FUTURE],
    ['2999-03-20T10:00:00+02:00', FUTURE],
    ['2999-03-20 08:00', FUTURE],
    [null, null],
    [undefined, null],
  ])('is set by PUT and PATCH: %j', async (given, shown) => {
    for (const answer of [
      await put('set', { expires_at: given, update_if_exists: true }),
      await patch('set', { expires_at: given ?? null }),
      await read('set'),
    ])
      expect([answer.status, answer.body.expires_at, answer.body.is_expired]).toEqual([200, shown, false]);
    expect(await listed('key=set')).toMatchObject([{ expires_at: shown, is_expired: false }]);
  });

  it('may be relative, to the clock of the database', async () => {
    const { body } = await put('relative', { expires_at: '+1 day 30 minutes' });
    const [row] = await room.database.asSuperuser<{ left: number; same: boolean }>(
      `SELECT extract(epoch FROM expires_at - now())::float AS left, expires_at = $1 AS same FROM secrets WHERE key = 'relative'`,
      [body.expires_at],
    );
    expect(row?.same).toBe(true);
    expect(row?.left).toBeGreaterThan(24.4 * 3_600);
    expect(row?.left).toBeLessThanOrEqual(24.5 * 3_600);
  });

  it.each(['2020-01-01 00:00', '2020-01-01T00:00:00Z', '+0h'])('cannot be past: %s', async (given) => {
    await put('unchanged', { update_if_exists: true });
    const before = (await read('unchanged')).headers.etag;
    for (const answer of [
      await put('refused', { expires_at: given }),
      await put('unchanged', { expires_at: given, value: 'other', update_if_exists: true }),
      await patch('unchanged', { expires_at: given }),
    ]) {
      expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
      expect(answer.body.message).toMatch(/date is in the past/);
    }
    expect((await read('refused')).status).toBe(404);
    expect((await read('unchanged')).headers.etag).toBe(before);
  });

  it.each(['soon', '', '+10', '2999-02-30 00:00', '2999-03-20T08:00:00', 1, {}, true])(
    'is refused in another notation: %j',
    async (given) => {
      const answer = await put('refused', { expires_at: given });
      expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
      expect(answer.body.message).toMatch(/`expires_at` must be a time such as/);
    },
  );

  it('is unknown under v3, which ignores it in bodies, and refuses the parameters of lists', async () => {
    await call('PUT', `${V3}/old`, { value: 'v', expires_at: 'nonsense' });
    expect((await read('old')).body.expires_at).toBeNull();
    for (const query of ['_expired=true', '_expires_before=%2B1d', '_sort=expires_at', '_include=expires_at'])
      expect([query, (await call('GET', `${V3}?${query}`)).status]).toEqual([query, 400]);
    expect(Object.keys((await read('old', ADMIN, V3)).body)).not.toContain('expires_at');
  });

  it('stays through changes that do not give it, until it has passed', async () => {
    await put('kept', { expires_at: FUTURE });
    expect((await patch('kept', { value: 'w' })).body.expires_at).toBe(FUTURE);
    expect((await put('kept', { update_if_exists: true })).body.expires_at).toBe(FUTURE);
    expect((await patch('kept', { expires_at: null })).body.expires_at).toBeNull();
  });
});

describe('a secret that has expired', () => {
  it.each([V3, V31])('is 410 under %s, without its value, whatever the conditions', async (version) => {
    await put('gone', { expires_at: '+1h', update_if_exists: true });
    const tag = String((await read('gone')).headers.etag);
    await expire('gone');
    for (const headers of [{}, { 'If-None-Match': tag }, { 'If-Match': tag }, { 'If-Match': '"another"' }]) {
      const answer = await call('GET', `${version}/gone`, undefined, ADMIN, headers);
      expect([answer.status, answer.headers.etag]).toEqual([410, undefined]);
      expect(answer.body).toEqual({
        message: expect.stringMatching(/^The secret `gone` expired at \d{4}-.*Z, .*PATCH/),
        error_code: 'secret_expired',
        server_traceback: null,
      });
    }
    expect((await call('HEAD', `${version}/gone`)).status).toBe(410);
    expect((await call('GET', `${V31}/gone?_skip_value=true`)).status).toBe(410);
  });

  it('is an error that every client of Cloudify tells from a missing one', async () => {
    await expired('for-clients');
    const { status, text } = await read('for-clients', ADMIN, V3);
    for (const client of ['common', 'rest-client-4.0', 'cfy'] as const)
      expect(reactionOf(client, 'GET /secrets/for-clients', { status, text })).toEqual({
        ...{ raises: 'CloudifyClientError', status: 410, code: 'secret_expired' },
      });
  });

  it('is recorded as expired, once for each read, and in the log of its owner', async () => {
    await expired('recorded');
    await expired('shared.recorded', { visibility: 'global' });
    await Promise.all([read('recorded'), read('recorded', user)]);
    expect((await read('shared.recorded', foreign)).status).toBe(410);
    const events = await room.database.asSuperuser<{ body: string }>(
      `SELECT body FROM audit_events WHERE key = ANY ($1::text[]) AND action = 'secret.read' ORDER BY key`,
      [['recorded', 'shared.recorded']],
    );
    const seen = events.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(seen.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['recorded', 'expired'],
      ['recorded', 'expired'],
      ['shared.recorded', 'expired'],
    ]);
    const [own, , global] = seen;
    expect(global).toMatchObject({
      ...{ tenant_id: own?.tenant_id, secret_id: expect.any(String), version: 1 },
      ...{ detail: { reader_tenant: expect.any(String) }, caller: { actor_name: null, address: null } },
    });
    expect(events.map(({ body }) => body).join()).not.toContain(CANARY);
  });

  it('is 410 for those who see it, its value hidden from them or not, and 404 for the others', async () => {
    await put('private.one', { visibility: 'private', expires_at: '+1h' }, user);
    await put('hidden.one', { is_hidden_value: true, expires_at: '+1h' }, user);
    await expire('private.one', 'hidden.one');
    const statuses = async (key: string) =>
      Promise.all([user, other, ADMIN, foreign].map(async (as) => (await read(key, as)).status));
    expect(await statuses('private.one')).toEqual([410, 404, 410, 404]);
    expect(await statuses('hidden.one')).toEqual([410, 410, 410, 404]);
  });

  it('is still listed, marked, and found by the filters', async () => {
    await put('listed.1', { expires_at: '+1h' });
    await put('listed.2', { expires_at: '+3d' });
    await put('listed.3');
    await expire('listed.1');
    const those = '&key=listed.1&key=listed.2&key=listed.3';
    expect(await keys(`_expired=true${those}`)).toEqual(['listed.1']);
    expect(await keys(`_expired=False${those}`)).toEqual(['listed.2', 'listed.3']);
    expect(await keys(`_expires_before=%2B2d${those}`)).toEqual(['listed.1']);
    expect(await keys(`_expires_before=%2B4d${those}`)).toEqual(['listed.1', 'listed.2']);
    expect(await keys(`_expires_before=%2B4d&_expired=false${those}`)).toEqual(['listed.2']);
    expect(await keys(`_expires_before=2020-01-01T00:00:00Z${those}`)).toEqual([]);
    expect(await keys(`_sort=expires_at${those}`)).toEqual(['listed.1', 'listed.2', 'listed.3']);
    expect(await listed(`_include=key,is_expired&_sort=key${those}`)).toEqual([
      { key: 'listed.1', is_expired: true },
      { key: 'listed.2', is_expired: false },
      { key: 'listed.3', is_expired: false },
    ]);
    const found = await call('POST', '/api/v3.1/searches/secrets?_expired=true&key=listed.1', {});
    expect(found.body.items).toMatchObject([{ key: 'listed.1', is_expired: true, value: '' }]);
    expect((await call('GET', `${V3}?key=listed.1`)).body.items).toMatchObject([{ key: 'listed.1' }]);
    for (const query of ['_expires_before=soon', '_expired=maybe'])
      expect([query, (await call('GET', `${V31}?${query}`)).status]).toEqual([query, 400]);
  });

  it('keeps its key: PUT is 409, unless it may change what is there', async () => {
    await expired('taken');
    expect((await put('taken')).status).toBe(409);
    expect((await read('taken')).status).toBe(410);
    const renewed = await put('taken', { value: 'new', update_if_exists: true });
    expect([renewed.status, renewed.body.expires_at, renewed.body.is_expired]).toEqual([200, null, false]);
    expect((await read('taken')).body).toMatchObject({ value: 'new', expires_at: null });
    await expire('taken');
    await put('taken', { value: 'newer', update_if_exists: true, expires_at: FUTURE });
    expect((await read('taken')).body).toMatchObject({ value: 'newer', expires_at: FUTURE });
  });

  it.each([
    ['PATCH', V31, '', { value: CANARY }],
    ['PATCH', V31, '', { description: 'renewed' }],
    ['PATCH', V31, '/set-visibility', { visibility: 'tenant' }],
    ['PATCH', V3, '', { value: 'new' }],
    ['PUT', V3, '', { value: CANARY, update_if_exists: true }],
  ])('is cleared of its expiry by %s %s%s %j', async (method, version, path, body) => {
    await expired('cleared', { update_if_exists: true });
    expect((await call(method, `${version}/cleared${path}`, body)).status).toBe(200);
    expect((await read('cleared')).body).toMatchObject({ expires_at: null, is_expired: false });
  });

  it('is deleted without showing its value', async () => {
    await expired('deleted');
    const answer = await call('DELETE', `${V3}/deleted`);
    expect([answer.status, answer.body.value]).toEqual([200, '']);
    expect((await read('deleted')).status).toBe(404);
  });

  it('is left out of exports, and imported with the time that it has', async () => {
    await put('moved', { expires_at: FUTURE });
    await put('left', { expires_at: '+1h' });
    const query = 'key=moved&key=left';
    const exported = async (more = '') =>
      (await call('GET', `${V31}/share/export?${query}${more}`)).body as unknown as Record<string, unknown>[];
    expect((await exported()).map(({ key, expires_at: at }) => [key, at])).toEqual([
      ['left', undefined],
      ['moved', undefined],
    ]);
    const rows = await exported('&_include_metadata=true');
    expect(rows).toMatchObject([{ key: 'left', expires_at: expect.any(String) }, { expires_at: FUTURE }]);
    await expire('left');
    expect((await exported('&_include_metadata=true')).map(({ key }) => key)).toEqual(['moved']);
    for (const key of ['left', 'moved']) await call('DELETE', `${V31}/${key}`);
    const past = '2020-01-01T00:00:00.000Z';
    const imported = (list: object[]) =>
      call('POST', `${V31}/share/import`, { secrets_list: list, override_collisions: true });
    const [left, moved] = rows;
    expect((await imported([{ ...left, expires_at: past }, moved!])).body.secrets_errors).toEqual({});
    expect((await read('moved')).body).toMatchObject({ value: CANARY, expires_at: FUTURE });
    expect((await read('left')).status).toBe(410);
    const { expires_at: _without, ...bare } = left!;
    await imported([bare]);
    expect((await read('left')).body).toMatchObject({ value: CANARY, expires_at: null });
    expect((await imported([{ ...left, expires_at: '+1h' }])).body.secrets_errors).toEqual({
      0: { expires_at: expect.stringMatching(/^Not a time/) },
    });
  });
});
