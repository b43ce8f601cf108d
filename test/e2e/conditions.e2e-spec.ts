import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V3 = '/api/v3/secrets';
const V31 = '/api/v3.1/secrets';
const VERSIONS = [V3, V31];
const TAG = /^"[0-9a-f-]{36}\.\d+\.[0-9a-f-]{36}"$/;

let room: Strongroom;
let user: As;
let other: As;
let viewer: As;
let stranger: As;
beforeAll(async () => {
  room = await Strongroom.start();
  user = await room.member('default_tenant', 'ulla', 'user');
  other = await room.member('default_tenant', 'otto', 'user');
  viewer = await room.member('default_tenant', 'vera', 'viewer');
  stranger = await room.tenant('elsewhere');
});
afterAll(() => room.stop());

type Headers = Record<string, string>;

const ask = (method: string, path: string, body?: unknown, headers?: Headers, as: As = user) =>
  room.call(as, method, path, body, headers);
const put = (key: string, more: object = {}, as: As = user) =>
  ask('PUT', `${V31}/${key}`, { value: 'canary', ...more }, {}, as);
const tagOf = ({ headers }: Answer) => String(headers.etag);
const read = async (key: string, as: As = user): Promise<Record<string, unknown>> => {
  const { status, body } = await ask('GET', `${V31}/${key}`, undefined, {}, as);
  return { status, ...body };
};

/** Returns action and outcome of the events about a key, in the order in which they were made. */
async function eventsOf(key: string): Promise<string[]> {
  const rows = await room.database.asSuperuser<{ event: string }>(
    `SELECT concat_ws(' ', action, outcome, body::json -> 'detail') AS event FROM audit_events WHERE key = $1 ORDER BY id`,
    [key],
  );
  return rows.map(({ event }) => event.replace(' null', ''));
}

describe('ETag', () => {
  it('is on every answer with a secret, tells the state, and differs after each change', async () => {
    const seen = new Set<string>();
    for (const path of VERSIONS.map((prefix) => `${prefix}/tagged`)) {
      await ask('DELETE', path);
      const changes = [
        ['PUT', path, { value: 'a' }],
        ['PUT', path, { value: 'b', update_if_exists: true }],
        ['PATCH', path, { value: 'b' }],
        ['PATCH', path, { is_hidden_value: true }],
        ['PATCH', `${path}/set-visibility`, { visibility: 'global' }],
        ['PATCH', `${path}/set-global`, undefined],
      ] as const;
      for (const [method, url, body] of changes) {
        const changed = await ask(method, url, body, {}, ADMIN);
        expect([method, url, changed.status, tagOf(changed)]).toEqual([
          method,
          url,
          200,
          expect.stringMatching(TAG),
        ]);
        for (const reading of ['GET', 'HEAD'])
          expect(tagOf(await ask(reading, path, undefined, {}, ADMIN))).toBe(tagOf(changed));
        expect(seen).not.toContain(tagOf(changed));
        seen.add(tagOf(changed));
      }
      const deleted = await ask('DELETE', path, undefined, {}, ADMIN);
      expect([deleted.status < 300, deleted.headers.etag]).toEqual([true, undefined]);
    }
    expect(seen.size).toBe(12);
  });

  it('counts the revision, so that the same value again is a new state', async () => {
    const tags = [await put('counted'), await ask('PATCH', `${V31}/counted`, { value: 'canary' })].map(tagOf);
    const [first, second] = tags.map((tag) => tag.slice(1, -1).split('.'));
    expect([first![1], second![1]]).toEqual(['1', '2']);
    expect(second![0]).toBe(first![0]);
    expect(second![2]).not.toBe(first![2]);
  });

  it('says if something is hidden from the caller, or was not asked for', async () => {
    const state = tagOf(await put('partial', { is_hidden_value: true, provider_options: { a: 1 } })).slice(
      0,
      -1,
    );
    const shown = async (query: string, as: As) =>
      tagOf(await ask('GET', `${V31}/partial${query}`, undefined, {}, as));
    expect(await shown('', user)).toBe(`${state}"`);
    expect(await shown('', viewer)).toBe(`${state}.masked"`);
    expect(await shown('?_skip_value=true', user)).toBe(`${state}.skipped"`);
    expect(await shown('?_skip_value=true', viewer)).toBe(`${state}.masked.skipped"`);
    const options = tagOf(await put('options', { provider_options: { a: 1 } })).slice(0, -1);
    expect(tagOf(await ask('GET', `${V31}/options`, undefined, {}, viewer))).toBe(`${options}.masked"`);
  });

  it('is not on lists and errors', async () => {
    expect((await ask('GET', V31)).headers.etag).toBeUndefined();
    expect((await ask('GET', `${V31}/absent`)).headers.etag).toBeUndefined();
  });
});

describe('If-None-Match on a read', () => {
  it.each([
    ['the tag', (tag: string) => tag],
    ['the weak tag, as nginx makes it', (tag: string) => `W/${tag}`],
    ['the tag as Apache marks it', (tag: string) => `${tag.slice(0, -1)}-gzip"`],
    ['one of several', (tag: string) => `"other", , ${tag},W/"more"`],
    ['*', () => '*'],
  ])('is 304 without a body for %s', async (_what, header) => {
    const tag = tagOf(await put('cached', { update_if_exists: true }));
    for (const prefix of VERSIONS)
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask(method, `${prefix}/cached`, undefined, { 'If-None-Match': header(tag) });
        expect([prefix, method, answer.status, answer.text, tagOf(answer)]).toEqual([
          prefix,
          method,
          304,
          '',
          tag,
        ]);
        expect([answer.headers['content-length'], answer.headers['cache-control']]).toEqual([
          undefined,
          'no-store',
        ]);
      }
  });

  it('is 200 with the value for any other state and any other answer', async () => {
    const old = tagOf(await put('moved'));
    const now = tagOf(await ask('PATCH', `${V31}/moved`, { value: 'new' }));
    const skipped = `${now.slice(0, -1)}.skipped"`;
    for (const tag of [old, '"other"', '"*"', skipped, now.toUpperCase()]) {
      const answer = await ask('GET', `${V31}/moved`, undefined, { 'If-None-Match': tag });
      expect([tag, answer.status, answer.body.value, tagOf(answer)]).toEqual([tag, 200, 'new', now]);
    }
    const query = `${V31}/moved?_skip_value=true`;
    expect((await ask('GET', query, undefined, { 'If-None-Match': skipped })).status).toBe(304);
    expect((await ask('GET', query, undefined, { 'If-None-Match': now })).status).toBe(200);
  });

  it('is 200 once a hidden value is no longer hidden from the caller', async () => {
    await put('revealed', { is_hidden_value: true });
    const clerk = await room.member('default_tenant', 'clara', 'viewer');
    const masked = { 'If-None-Match': tagOf(await ask('GET', `${V31}/revealed`, undefined, {}, clerk)) };
    expect((await ask('GET', `${V31}/revealed`, undefined, masked, clerk)).status).toBe(304);
    const body = { tenant_name: 'default_tenant', username: 'clara', role: 'manager' };
    await ask('PATCH', '/api/v3.1/tenants/users', body, {}, ADMIN);
    const answer = await ask('GET', `${V31}/revealed`, undefined, masked, clerk);
    expect([answer.status, answer.body.value]).toEqual([200, 'canary']);
  });

  it('is judged after the rights of the caller', async () => {
    await put('guarded', { visibility: 'private' });
    const any = { 'If-None-Match': '*' };
    expect((await ask('GET', `${V31}/guarded`, undefined, any, viewer)).status).toBe(404);
    expect(
      (await ask('GET', `${V31}/guarded`, undefined, any, { ...stranger, tenant: 'default_tenant' })).status,
    ).toBe(403);
    expect((await ask('GET', `${V31}/guarded`, undefined, any, {})).status).toBe(401);
  });

  it('is recorded as a read by which nothing was given', async () => {
    const tag = tagOf(await put('on-record'));
    await ask('GET', `${V31}/on-record`, undefined, { 'If-None-Match': tag });
    await ask('HEAD', `${V31}/on-record`, undefined, { 'If-None-Match': tag });
    await ask('GET', `${V31}/on-record`, undefined, { 'If-Match': '"other"' });
    await ask('GET', `${V31}/on-record`, undefined, { 'If-None-Match': '"other"' });
    expect(await eventsOf('on-record')).toEqual([
      'secret.create ok',
      'secret.read not_modified',
      'secret.head not_modified',
      'secret.read precondition_failed',
      'secret.read ok',
    ]);
  });
});

const CHANGES = VERSIONS.flatMap((prefix) => [
  ['PUT', prefix, '', { value: 'new', update_if_exists: true }] as const,
  ['PATCH', prefix, '', { value: 'new' }] as const,
  ['PATCH', prefix, '/set-visibility', { visibility: 'global' }] as const,
  ['PATCH', prefix, '/set-global', undefined] as const,
  ['DELETE', prefix, '', undefined] as const,
]);

describe.each(CHANGES)('If-Match on %s %s/{key}%s', (method, prefix, route, body) => {
  const change = (tags: string, as: As = ADMIN) =>
    ask(method, `${prefix}/matched${route}`, body, { 'If-Match': tags }, as);
  const anew = async () => {
    await ask('DELETE', `${V31}/matched`, undefined, {}, ADMIN);
    return tagOf(await put('matched'));
  };

  it('changes the secret in the state that it names', async () => {
    for (const header of [(tag: string) => tag, (tag: string) => `"other", ${tag}`, () => '*']) {
      const tag = await anew();
      const { status } = await change(header(tag));
      expect(status).toBe(method === 'DELETE' && prefix === V31 ? 204 : 200);
    }
    const skipped = `${(await anew()).slice(0, -1)}.skipped"`;
    expect((await change(skipped)).status).toBeLessThan(300);
  });

  it('is 412 in any other state, tells the present one, and changes nothing', async () => {
    const old = await anew();
    const present = await ask('PATCH', `${V31}/matched`, { value: 'overtaking' }, {}, other);
    const before = await read('matched', ADMIN);
    for (const tags of [old, '"other"', '"*"']) {
      const answer = await change(tags);
      expect([tags, answer.status, tagOf(answer), answer.body]).toEqual([
        tags,
        412,
        tagOf(present),
        {
          message: expect.stringMatching(/`matched`.*its tag is ".+" since .+, by `otto`/),
          error_code: 'precondition_failed',
          server_traceback: null,
          etag: tagOf(present),
          updated_at: present.body.updated_at,
          updated_by: 'otto',
        },
      ]);
      expect(answer.text).not.toContain('canary');
    }
    expect(await read('matched', ADMIN)).toEqual(before);
    expect((await eventsOf('matched')).filter((event) => event.includes('precondition_failed'))).not.toEqual(
      [],
    );
  });

  it('is 412 where no secret is to be seen, the same whether it is absent or private to somebody else', async () => {
    await anew();
    await ask('DELETE', `${V31}/matched`, undefined, {}, ADMIN);
    const absent = await change('*', user);
    await put('matched', { visibility: 'private' }, other);
    const hidden = await change('*', user);
    expect([absent.status, absent.headers.etag, hidden.status]).toEqual([412, undefined, 412]);
    expect(hidden.body).toEqual(absent.body);
    expect((await read('matched', other)).value).toBe('canary');
  });

  it('is 400 where a proxy has changed the tag, or it is malformed', async () => {
    const tag = await anew();
    const marked = `${tag.slice(0, -1)}-gzip"`;
    for (const tags of [
      `W/${tag}`,
      `${tag}, W/"x"`,
      marked,
      tag.slice(1, -1),
      `"${tag}`,
      `${tag} ${tag}`,
      '',
      '"a',
      '*,*',
    ]) {
      const { status, body: error } = await change(tags);
      expect([tags, status, error.error_code]).toEqual([tags, 400, 'bad_parameters_error']);
      expect(error.message).toMatch(/^`If-Match` .*proxy that compresses/);
    }
    expect((await read('matched', ADMIN)).value).toBe('canary');
  });

  it('is judged after the rights of the caller', async () => {
    await anew();
    expect((await change('"other"', viewer)).status).toBe(403);
    expect((await change('"other"', {})).status).toBe(401);
    await ask('PATCH', `${V31}/matched`, { is_hidden_value: true });
    expect((await change('"other"', other)).status).toBe(403);
    await ask('PATCH', `${V31}/matched/set-global`, undefined, {}, ADMIN);
    expect((await change('"other"', stranger)).status).toBe(400);
  });
});

describe('If-Match', () => {
  it('of a secret that was deleted and made again does not match the new one', async () => {
    const tag = tagOf(await put('reborn'));
    await ask('DELETE', `${V31}/reborn`);
    const now = tagOf(await put('reborn'));
    const answer = await ask('PATCH', `${V31}/reborn`, { value: 'x' }, { 'If-Match': tag });
    expect([answer.status, tagOf(answer)]).toEqual([412, now]);
  });

  it('does not match the same revision of a database that was restored', async () => {
    await put('restored');
    const before = tagOf(await ask('PATCH', `${V31}/restored`, { value: 'lost' }));
    // What a restore leaves: the state before the change, and then another change.
    const undo = `UPDATE secrets SET revision = 1, mark = gen_random_uuid() WHERE key = 'restored'`;
    await room.database.asSuperuser(undo);
    const after = tagOf(await ask('PATCH', `${V31}/restored`, { value: 'kept' }));
    expect(after.split('.').slice(0, 2)).toEqual(before.split('.').slice(0, 2));
    expect((await ask('PATCH', `${V31}/restored`, { value: 'x' }, { 'If-Match': before })).status).toBe(412);
    expect((await ask('GET', `${V31}/restored`, undefined, { 'If-None-Match': before })).status).toBe(200);
    expect((await ask('PATCH', `${V31}/restored`, { value: 'x' }, { 'If-Match': after })).status).toBe(200);
  });

  it('on a read gives the secret in that state only, and tells strangers no names', async () => {
    const tag = tagOf(await put('pinned', { visibility: 'global' }, ADMIN));
    const pinned = (tags: string, as: As) => ask('GET', `${V31}/pinned`, undefined, { 'If-Match': tags }, as);
    expect((await pinned(tag, stranger)).body.value).toBe('canary');
    const now = tagOf(await ask('PATCH', `${V31}/pinned`, { value: 'new' }, {}, ADMIN));
    expect((await pinned(tag, user)).body).toMatchObject({ etag: now, updated_by: 'admin' });
    const told = await pinned(tag, stranger);
    expect([told.status, tagOf(told), told.body.updated_by]).toEqual([412, now, undefined]);
    expect(told.text).not.toMatch(/admin|new/);
    expect((await ask('GET', `${V31}/nowhere`, undefined, { 'If-Match': '*' })).status).toBe(404);
  });

  it('with PUT needs `update_if_exists`, whether the secret exists or not', async () => {
    await put('present');
    for (const key of ['present', 'not-present']) {
      const answer = await ask('PUT', `${V31}/${key}`, { value: 'x' }, { 'If-Match': '*' });
      expect([answer.status, answer.body.message]).toEqual([
        400,
        expect.stringContaining('`If-Match` with PUT'),
      ]);
    }
    expect((await read('not-present')).status).toBe(404);
  });
});

describe('If-None-Match: * with PUT', () => {
  const create = (key: string, more: object = {}, as: As = user) =>
    ask('PUT', `${V31}/${key}`, { value: 'new', ...more }, { 'If-None-Match': '*' }, as);

  it('creates what does not exist', async () => {
    for (const [key, more] of [
      ['first', {}],
      ['second', { update_if_exists: true }],
    ] as const) {
      const answer = await create(key, more);
      expect([answer.status, tagOf(answer)]).toEqual([200, expect.stringMatching(TAG)]);
      expect(await eventsOf(key)).toEqual(['secret.create ok']);
    }
  });

  it('is 412 for what exists, also with `update_if_exists`, and tells its state', async () => {
    const tag = tagOf(await put('taken', {}, other));
    for (const more of [{}, { update_if_exists: true }]) {
      const answer = await create('taken', more);
      expect([answer.status, tagOf(answer), answer.body]).toEqual([
        412,
        tag,
        expect.objectContaining({ error_code: 'precondition_failed', etag: tag, updated_by: 'otto' }),
      ]);
    }
    expect((await read('taken')).value).toBe('canary');
    expect(await eventsOf('taken')).toEqual([
      'secret.create ok',
      'secret.create precondition_failed',
      'secret.create precondition_failed',
      'secret.read ok',
    ]);
  });

  it('tells no more of what the caller may not see than PUT does anyway', async () => {
    await put('private', { visibility: 'private' }, other);
    await put('foreign', { visibility: 'global' }, ADMIN);
    for (const [key, as] of [
      ['private', user],
      ['foreign', stranger],
    ] as const)
      for (const more of [{}, { update_if_exists: true }]) {
        const answer = await create(key, more, as);
        expect([key, answer.status, answer.headers.etag, Object.keys(answer.body)]).toEqual([
          ...[key, 412, undefined],
          ['message', 'error_code', 'server_traceback'],
        ]);
        expect(answer.text).not.toMatch(/otto|admin"/);
      }
  });

  it('with If-Match is never met', async () => {
    await put('both');
    const headers = { 'If-None-Match': '*', 'If-Match': '*' };
    for (const key of ['both', 'neither']) {
      const answer = await ask('PUT', `${V31}/${key}`, { value: 'x', update_if_exists: true }, headers);
      expect([key, answer.status]).toEqual([key, 412]);
    }
  });
});

describe('If-None-Match with tags', () => {
  it('keeps a change from the states that it names', async () => {
    const tag = tagOf(await put('unless'));
    const change = (tags: string) => ask('PATCH', `${V31}/unless`, { value: 'x' }, { 'If-None-Match': tags });
    expect((await change(`W/${tag}`)).status).toBe(412);
    expect((await change('*')).status).toBe(412);
    expect((await change('"other"')).status).toBe(200);
    expect((await change(tag)).status).toBe(200);
    const malformed = await change('tag');
    expect([malformed.status, malformed.body.message]).toEqual([
      400,
      expect.stringContaining('`If-None-Match` must be'),
    ]);
  });
});
