import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { vocabularyProblems } from '../support/audit-vocabulary.js';

const SECRETS = '/api/v3.1/secrets';

let room: Strongroom;
let manager: As;
let user: As;
let viewer: As;
beforeAll(async () => {
  room = await Strongroom.start();
  manager = await room.tenant('payments', 'manager');
  user = await room.member('payments', 'ulla', 'user');
  viewer = await room.member('payments', 'vera', 'viewer');
});
afterAll(() => room.stop());

const ask = (method: string, path: string, body?: unknown, as: As = user, headers?: Record<string, string>) =>
  room.call(as, method, `${SECRETS}/${path}`, body, headers);

/** Writes the values one after the other, and returns the tag of the last. */
async function write(key: string, values: readonly unknown[], more: object = {}): Promise<string> {
  const [first, ...others] = values;
  let answer = await ask('PUT', key, { value: first, ...more });
  for (const value of others) answer = await ask('PATCH', key, { value });
  expect(answer.status).toBe(200);
  return String(answer.headers.etag);
}

const list = async (key: string, query = '', as: As = user) =>
  (await ask('GET', `${key}/versions${query}`, undefined, as)).body as {
    items: Record<string, unknown>[];
    metadata: { pagination: Record<string, number> };
  };
const numbers = async (key: string, query?: string) =>
  (await list(key, query)).items.map(({ version }) => version);
const read = async (key: string, query: string, as: As = user) => {
  const { status, body } = await ask('GET', `${key}?${query}`, undefined, as);
  return status === 200 ? [status, body.version, body.value] : [status, body.error_code];
};
const events = (key: string) =>
  room.database.asSuperuser(
    `SELECT action, outcome, (body::json ->> 'version')::integer AS version, body::json -> 'detail' AS detail,
            body::json -> 'caller' ->> 'actor_name' AS actor
     FROM audit_events WHERE key = $1 ORDER BY id`,
    [key],
  );

describe('the versions of a secret', () => {
  it('are the values that it had, each with who wrote it and when, and the newest first', async () => {
    await write('known', ['one', 'two']);
    await ask('PATCH', 'known', { value: 'three' }, manager);
    const { items, metadata } = await list('known');
    expect(items.map(({ version, is_current, created_by }) => [version, is_current, created_by])).toEqual([
      [3, true, 'payments-manager'],
      [2, false, 'ulla'],
      [1, false, 'ulla'],
    ]);
    const times = items.map(({ created_at: time }) => String(time));
    expect(times).toEqual([...times].sort().reverse());
    expect(metadata.pagination).toEqual({ total: 3, size: 1000, offset: 0 });
    expect(JSON.stringify(items)).not.toMatch(/one|two|three/);
    for (const [index, value] of ['one', 'two', 'three'].entries())
      expect(await read('known', `version=${index + 1}`)).toEqual([200, index + 1, value]);
    expect(await read('known', 'version=4')).toEqual([404, 'not_found_error']);
  });

  it('still name a user who was deleted', async () => {
    const gone = await room.member('payments', 'gone', 'user');
    await write('outlived', ['one']);
    await ask('PATCH', 'outlived', { value: 'two' }, gone);
    await ask('PATCH', 'outlived', { value: 'three' });
    const membership = { tenant_name: 'payments', username: 'gone' };
    const left = await room.call(ADMIN, 'DELETE', '/api/v3.1/tenants/users', membership);
    const deleted = await room.call(ADMIN, 'DELETE', '/api/v3.1/users/gone');
    expect([left.status, deleted.status]).toEqual([204, 204]);
    expect((await list('outlived')).items[1]).toMatchObject({ version: 2, created_by: 'gone' });
  });

  it('are paged', async () => {
    await write('paged', ['1', '2', '3', '4', '5']);
    expect(await numbers('paged', '?_size=2')).toEqual([5, 4]);
    expect(await numbers('paged', '?_size=2&_offset=2')).toEqual([3, 2]);
    expect(await numbers('paged', '?_size=2&_offset=4')).toEqual([1]);
    expect((await list('paged', '?_size=0&_offset=9')).metadata.pagination).toMatchObject({ total: 5 });
  });

  it('are not made by the same value, and not by a change of anything else', async () => {
    await write('same', ['one', 'one']);
    await ask('PATCH', 'same', { description: 'changed', is_hidden_value: true });
    await ask('PUT', 'same', { value: 'one', update_if_exists: true });
    expect(await numbers('same')).toEqual([1]);
  });

  it('are made by the same value from a caller who may not read secrets', async () => {
    await write('guessed', ['one']);
    const blind = await room.member('payments', 'berta', 'operations');
    const grant = (permission: string, set: boolean) =>
      room.call(ADMIN, set ? 'PUT' : 'DELETE', `/api/v3.1/permissions/operations/${permission}`);
    await grant('secret_update', true);
    await grant('secret_get', false);
    try {
      for (const value of ['one', 'one', 'wrong'])
        expect((await ask('PATCH', 'guessed', { value }, blind)).body.value).toBe('');
    } finally {
      await grant('secret_get', true);
      await grant('secret_update', false);
    }
    expect(await numbers('guessed')).toEqual([4, 3, 2, 1]);
  });

  it('come from every way in: PUT, PATCH, both versions of the API, and an import', async () => {
    await write('ways', ['one']);
    await ask('PUT', 'ways', { value: 'two', update_if_exists: true });
    await room.call(user, 'PATCH', '/api/v3/secrets/ways', { value: 'three' });
    const row = { key: 'ways', value: 'four', tenant_name: 'payments', visibility: 'tenant' };
    const imported = await ask('POST', 'share/import', {
      secrets_list: [{ ...row, is_hidden_value: false, encrypted: false }],
      override_collisions: true,
    });
    expect(imported.status).toBe(200);
    expect(await numbers('ways')).toEqual([4, 3, 2, 1]);
    expect(await read('ways', 'version=3')).toEqual([200, 3, 'three']);
  });

  it('keep structured values as they were sent', async () => {
    const schema = { type: 'object' };
    await write('json', [{ b: 1, a: 2 }, { c: 3 }], { schema });
    const { text } = await ask('GET', 'json?version=1');
    expect(text).toContain('"value":{"b":1,"a":2}');
  });

  it('are gone with their secret, and a new secret of the key has none of them', async () => {
    await write('reborn', ['one', 'two']);
    await ask('DELETE', 'reborn');
    await write('reborn', ['three']);
    expect(await numbers('reborn')).toEqual([1]);
    const [row] = await room.database.asSuperuser<{ count: number }>(
      `SELECT count(*)::integer AS count FROM secret_versions v
       WHERE NOT EXISTS (SELECT FROM secrets s WHERE s.id = v.secret_id)`,
    );
    expect(row?.count).toBe(0);
  });

  it('stay out of exports', async () => {
    await write('exported', ['canary-of-the-past', 'present']);
    const { text } = await ask('GET', 'share/export');
    expect(text).toContain('present');
    expect(text).not.toContain('canary-of-the-past');
  });

  it('do not concern version 3 of the API', async () => {
    await write('old-client', ['one', 'two']);
    const answer = await room.call(user, 'GET', '/api/v3/secrets/old-client?version=1');
    expect([answer.status, answer.body.value, 'version' in answer.body]).toEqual([200, 'two', false]);
  });
});

describe('a read of what a secret was at a time', () => {
  const timesOf = async (key: string) =>
    (await list(key)).items.map(({ created_at: time }) => Date.parse(String(time))).reverse();

  it('gives the version that was current then', async () => {
    await write('timed', ['one', 'two', 'three']);
    await room.database.asSuperuser(
      `UPDATE secret_versions v SET created_at = timestamptz '2026-01-01T12:00:00Z' + (v.version - 1) * interval '1 day'
       FROM secrets s WHERE s.id = v.secret_id AND s.key = 'timed'`,
    );
    const [first = 0, second = 0, third = 0] = await timesOf('timed');
    const at = (time: number) => `at=${new Date(time).toISOString()}`;
    expect(await read('timed', at(first - 1))).toEqual([404, 'not_found_error']);
    expect(await read('timed', at(first))).toEqual([200, 1, 'one']);
    expect(await read('timed', at(second - 1))).toEqual([200, 1, 'one']);
    expect(await read('timed', at(second))).toEqual([200, 2, 'two']);
    expect(await read('timed', at(third - 1))).toEqual([200, 2, 'two']);
    expect(await read('timed', at(third))).toEqual([200, 3, 'three']);
    expect(await read('timed', 'at=2026-01-02T07:00:00-05:00')).toEqual([200, 2, 'two']);
    expect(await read('timed', 'at=2026-01-02T17:29:59.999%2B05:30')).toEqual([200, 1, 'one']);
  });

  it('is refused for what is no time, no number, or both', async () => {
    await write('asked', ['one']);
    const queries = [
      ...['at=yesterday', 'at=2026-01-02', 'at=2026-01-02T07:00:00', 'at=2026-02-31T07:00:00Z', 'at='],
      ...['version=0', 'version=-1', 'version=1.5', 'version=2147483648', 'version=', 'version=one'],
      ...['version=1&at=2026-01-02T07:00:00Z', 'version=1&version=2', 'versions=1'],
    ];
    for (const query of queries)
      expect([query, ...(await read('asked', query))]).toEqual([query, 400, 'bad_parameters_error']);
  });
});

describe('how many versions are kept', () => {
  it('is 20 with the current one, unless the secret says otherwise', async () => {
    await write(
      'many',
      Array.from({ length: 23 }, (_, index) => `v${index}`),
    );
    expect(await numbers('many')).toEqual(Array.from({ length: 20 }, (_, index) => 23 - index));
    expect(await read('many', 'version=3')).toEqual([404, 'not_found_error']);
    await write('few', ['1', '2', '3', '4'], { max_versions: 2 });
    expect(await numbers('few')).toEqual([4, 3]);
    expect((await ask('GET', 'few')).body).toMatchObject({ max_versions: 2, version: 4 });
  });

  it('ends those beyond at once when it is lowered, which needs the right to destroy them', async () => {
    await write('lowered', ['1', '2', '3', '4']);
    const refused = await ask('PATCH', 'lowered', { max_versions: 2 });
    expect([refused.status, refused.body.message]).toEqual([
      403,
      expect.stringContaining('secret_version_destroy'),
    ]);
    expect(await numbers('lowered')).toHaveLength(4);
    expect((await ask('PATCH', 'lowered', { max_versions: 30 })).status).toBe(200);
    expect((await ask('PATCH', 'lowered', { max_versions: 2 }, manager)).status).toBe(200);
    expect(await numbers('lowered')).toEqual([4, 3]);
    const back = await ask('PATCH', 'lowered', { max_versions: null });
    expect([back.status, back.body.max_versions]).toEqual([200, null]);
  });

  it('is within the bounds of the tenant, which only administrators set', async () => {
    const settings = (body: object, as: As) =>
      room.call(as, 'PATCH', '/api/v3.1/tenants/bounded/settings', body);
    const boss = await room.tenant('bounded', 'manager');
    const put = async (max: number) =>
      (await ask('PUT', `of-${max}`, { value: 'x', max_versions: max }, boss)).status;
    expect((await settings({ max_versions_lower_bound: 2 }, boss)).status).toBe(403);
    const bounds = { max_versions_lower_bound: 2, max_versions_upper_bound: 3 };
    expect((await settings(bounds, ADMIN)).body).toMatchObject({
      ...{ require_if_match: false, max_versions: 3 },
      ...bounds,
    });
    const outside = await settings({ max_versions: 4 }, boss);
    expect([outside.status, outside.body.message]).toEqual([400, expect.stringContaining('from 2 to 3')]);
    expect((await settings({ max_versions_lower_bound: 4 }, ADMIN)).status).toBe(400);
    expect((await settings({ max_versions: 2 }, boss)).body.max_versions).toBe(2);
    expect([await put(1), await put(2), await put(3), await put(4)]).toEqual([400, 200, 200, 400]);
    for (const value of ['1', '2', '3', '4']) {
      await ask('PUT', 'plain', { value, update_if_exists: true }, boss);
      await ask('PATCH', 'of-3', { value }, boss);
    }
    expect((await list('plain', '', boss)).metadata.pagination.total).toBe(2);
    expect((await list('of-3', '', boss)).metadata.pagination.total).toBe(3);
    // A bound that is narrowed counts for secrets from before too.
    await settings({ max_versions_upper_bound: 2 }, ADMIN);
    await ask('PATCH', 'of-3', { value: '5' }, boss);
    expect((await list('of-3', '', boss)).metadata.pagination.total).toBe(2);
  });

  it('is refused if it is no such number', async () => {
    for (const max of [0, -1, 1001, 1.5, '3', true])
      expect((await ask('PUT', 'bad', { value: 'x', max_versions: max })).status).toBe(400);
  });
});

describe('restoring a version', () => {
  it('gives the secret that value again, as a new version of the caller', async () => {
    await write('restored', ['one', 'two'], { description: 'kept' });
    const answer = await ask('POST', 'restored/versions/1/restore', undefined, manager);
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ version: 3, value: '', description: 'kept', created_by: 'ulla' }),
    ]);
    expect(answer.headers.etag).toBe((await ask('GET', 'restored')).headers.etag);
    expect(await read('restored', '')).toEqual([200, 3, 'one']);
    expect((await list('restored')).items[0]).toMatchObject({ created_by: 'payments-manager' });
    const [event] = (await events('restored')).filter(({ action }) => action === 'secret.version_restore');
    expect(event).toMatchObject({
      ...{ action: 'secret.version_restore', outcome: 'ok', version: 3, actor: 'payments-manager' },
      detail: { restored_version: '1' },
    });
  });

  it('makes no version of the value that the secret has', async () => {
    await write('unchanged', ['one', 'two', 'one']);
    for (const version of [1, 3])
      expect((await ask('POST', `unchanged/versions/${version}/restore`)).body.version).toBe(3);
    expect(await numbers('unchanged')).toEqual([3, 2, 1]);
  });

  it('is 409 if the present schema refuses the value, and changes nothing', async () => {
    await write('checked', [1, 'text'], { schema: {} });
    const schema = async (text: string | null) =>
      room.database.asSuperuser(`UPDATE secrets SET schema = $1 WHERE key = 'checked'`, [text]);
    for (const present of ['{"type": "string"}', null]) {
      await schema(present);
      const answer = await ask('POST', 'checked/versions/1/restore');
      expect([answer.status, answer.body.error_code]).toEqual([409, 'conflict_error']);
    }
    expect(await numbers('checked')).toEqual([2, 1]);
    await schema('{"type": "integer"}');
    expect((await ask('POST', 'checked/versions/1/restore')).status).toBe(200);
  });

  it('is done in the state that it is based on', async () => {
    const tag = await write('conditional', ['one', 'two']);
    await ask('PATCH', 'conditional', { value: 'three' });
    const restore = (match: string) =>
      ask('POST', 'conditional/versions/1/restore', undefined, user, { 'If-Match': match });
    expect((await restore(tag)).status).toBe(412);
    expect(await numbers('conditional')).toEqual([3, 2, 1]);
    // The tag of a version that was read is that of the secret.
    const { headers } = await ask('GET', 'conditional?version=1');
    expect((await restore(String(headers.etag))).body.version).toBe(4);
  });
});

describe('destroying a version', () => {
  const destroy = (
    key: string,
    version: number | string,
    as: As = manager,
    headers?: Record<string, string>,
  ) => ask('DELETE', `${key}/versions/${version}`, undefined, as, headers);

  it('erases the value, and leaves that there was one', async () => {
    await write('erased', ['canary', 'two', 'three']);
    expect((await destroy('erased', 1)).status).toBe(204);
    expect(await read('erased', 'version=1')).toEqual([410, 'version_destroyed']);
    expect((await ask('POST', 'erased/versions/1/restore')).status).toBe(410);
    expect((await destroy('erased', 1)).status).toBe(410);
    const { items } = await list('erased');
    expect(items.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(items[2]).toMatchObject({ destroyed_by: 'payments-manager', created_by: 'ulla' });
    expect(items[1]).toMatchObject({ destroyed_by: null, destroyed_at: null });
    const rows = await room.database.asSuperuser(
      `SELECT v.value, v.key_generation FROM secret_versions v JOIN secrets s ON s.id = v.secret_id
       WHERE s.key = 'erased' AND v.version = 1`,
    );
    expect(rows).toEqual([{ value: null, key_generation: null }]);
    const kept = (await events('erased')).filter(({ action }) => action !== 'secret.update');
    expect(kept.slice(1).map(({ action, outcome, version }) => [action, outcome, version])).toEqual([
      ['secret.version_destroy', 'ok', 1],
      ['secret.read', 'gone', 1],
      ['secret.version_restore', 'gone', null],
      ['secret.version_destroy', 'gone', 1],
      ['secret.version_list', 'ok', null],
    ]);
  });

  it('tells of a time when the destroyed version was current that it is gone, not what was before', async () => {
    await write('gap', ['one', 'two', 'three']);
    await room.database.asSuperuser(
      `UPDATE secret_versions v SET created_at = timestamptz '2026-01-01T12:00:00Z' + (v.version - 1) * interval '1 day'
       FROM secrets s WHERE s.id = v.secret_id AND s.key = 'gap'`,
    );
    await destroy('gap', 2);
    expect(await read('gap', 'at=2026-01-03T00:00:00Z')).toEqual([410, 'version_destroyed']);
    expect(await read('gap', 'at=2026-01-02T00:00:00Z')).toEqual([200, 1, 'one']);
  });

  it('is refused for the current version, for one that is not there, and to those who may not', async () => {
    await write('refused', ['one', 'two']);
    expect((await destroy('refused', 2)).status).toBe(409);
    expect((await destroy('refused', 3)).status).toBe(404);
    expect((await destroy('absent', 1)).status).toBe(404);
    expect((await destroy('refused', 'x')).status).toBe(400);
    expect((await destroy('refused', 1, user)).status).toBe(403);
    for (const [version, value] of [
      [1, 'one'],
      [2, 'two'],
    ] as const)
      expect(await read('refused', `version=${version}`)).toEqual([200, version, value]);
  });

  it('is done in the state that it is based on, and leaves that state as it is', async () => {
    const old = await write('matched', ['one', 'two']);
    const tag = String((await ask('PATCH', 'matched', { value: 'three' })).headers.etag);
    expect((await destroy('matched', 1, manager, { 'If-Match': old })).status).toBe(412);
    expect((await destroy('matched', 1, manager, { 'If-Match': tag })).status).toBe(204);
    expect((await destroy('matched', 2, manager, { 'If-Match': tag })).status).toBe(204);
    expect((await ask('GET', 'matched')).headers.etag).toBe(tag);
    await room.call(manager, 'PATCH', '/api/v3.1/tenants/payments/settings', { require_if_match: true });
    try {
      expect((await destroy('matched', 1)).status).toBe(428);
      expect((await ask('POST', 'matched/versions/1/restore')).status).toBe(428);
    } finally {
      await room.call(manager, 'PATCH', '/api/v3.1/tenants/payments/settings', { require_if_match: false });
    }
  });

  it('answers a reader who knows the state with 410, not 304', async () => {
    const tag = await write('cached', ['one', 'two']);
    const again = () => ask('GET', 'cached?version=1', undefined, user, { 'If-None-Match': tag });
    expect((await again()).status).toBe(304);
    await destroy('cached', 1);
    expect((await again()).status).toBe(410);
  });
});

describe('the record of reads of versions', () => {
  it('has the version, and the time that was asked for', async () => {
    await write('recorded', ['one', 'two']);
    await ask('GET', 'recorded?version=1', undefined, viewer);
    await ask('HEAD', 'recorded?version=1');
    await ask('GET', 'recorded?at=2001-01-01T00:00:00Z');
    await ask('GET', 'recorded?version=9');
    await ask('GET', 'recorded?version=1', undefined, user, { 'If-Match': '"other"' });
    const recorded = (await events('recorded')).slice(2);
    expect(
      recorded.map(({ action, outcome, version, detail }) => [action, outcome, version, detail]),
    ).toEqual([
      ['secret.read', 'ok', 1, null],
      ['secret.head', 'ok', 1, null],
      ['secret.read', 'not_found', null, { at: '2001-01-01T00:00:00.000Z' }],
      ['secret.read', 'not_found', 9, null],
      ['secret.read', 'precondition_failed', 1, null],
    ]);
    expect(await vocabularyProblems(room.database)).toEqual([]);
  });
});
