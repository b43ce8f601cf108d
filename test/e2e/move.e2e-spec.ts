import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const PATH = '/api/v3.1/secrets';

let room: Strongroom;
let user: As;
let other: As;
let manager: As;
beforeAll(async () => {
  room = await Strongroom.start();
  user = await room.member('default_tenant', 'ulla', 'user');
  other = await room.member('default_tenant', 'otto', 'user');
  manager = await room.member('default_tenant', 'mona', 'manager');
});
afterAll(() => room.stop());

type Headers = Record<string, string>;

const put = async (key: string, more: object = {}, as: As = user): Promise<Answer> => {
  const answer = await room.call(as, 'PUT', `${PATH}/${key}`, { value: `of ${key}`, ...more });
  expect(answer.status).toBe(200);
  return answer;
};
const move = (key: string, newKey: unknown, as: As = user, headers: Headers = {}) =>
  room.call(as, 'POST', `${PATH}/${key}/move`, { key: newKey }, headers);
const read = async (key: string, as: As = user) => {
  const { status, body } = await room.call(as, 'GET', `${PATH}/${key}`);
  return { status, ...body } as Record<string, unknown>;
};
const codeOf = ({ status, body }: Answer) => [status, body.error_code];

/** Returns what a secret of the key is in the database, besides what is sealed. */
const stored = async (key: string) => {
  const [row] = await room.database.asSuperuser(
    `SELECT id, version, revision, created_by, created_at, version_created_by, version_created_at, visibility,
            is_hidden_value, description, schema::text, deleted_at FROM secrets WHERE key = $1`,
    [key],
  );
  return row;
};

/** Returns action, outcome and detail of the events of a key, in the order in which they were made. */
async function eventsOf(key: string): Promise<string[]> {
  const rows = await room.database.asSuperuser<{ event: string }>(
    `SELECT concat_ws(' ', action, outcome, body::json -> 'detail') AS event FROM audit_events WHERE key = $1 ORDER BY id`,
    [key],
  );
  return rows.map(({ event }) => event.replace(' null', ''));
}

describe('a secret that moves to another key', () => {
  it('stays the same secret, of which only the key, the revision and the time are new', async () => {
    const created = await put('old', {
      ...{ value: { a: [1.0, 'x'] }, schema: { type: 'object' }, description: 'what it is for' },
      ...{ provider_options: { a: 1 }, is_hidden_value: true, visibility: 'private' },
    });
    const before = await read('old');
    const row = await stored('old');
    const { status, body, headers } = await move('old', 'new');
    expect([status, body.key, body.value]).toEqual([200, 'new', '']);
    const [id, revision] = String(created.headers.etag).slice(1).split('.');
    expect(headers.etag).toMatch(`"${id}.2.`);
    expect(revision).toBe('1');
    expect(await read('new')).toEqual({ ...before, key: 'new', updated_at: body.updated_at });
    expect(before.provider_options).toBe('{"a":1}');
    expect(await stored('new')).toEqual({ ...row, revision: 2 });
    expect(await read('old')).toMatchObject({ status: 404, error_code: 'not_found_error' });
    expect(await eventsOf('old')).toContain('secret.move ok {"new_key":"new"}');
  });

  it('frees its key at once, and has a history that goes on', async () => {
    await put('first');
    await move('first', 'second');
    await put('first', { value: 'another' });
    const changed = await room.call(user, 'PATCH', `${PATH}/second`, { value: 'next' });
    expect(changed.status).toBe(200);
    expect(await stored('second')).toMatchObject({ version: 2, revision: 3 });
    expect([(await read('first')).value, (await read('second')).value]).toEqual(['another', 'next']);
    const back = await move('second', 'third');
    expect([back.status, (await read('third')).value]).toEqual([200, 'next']);
  });

  it('may be called like a part of another route', async () => {
    for (const key of ['share', 'move', 'copy']) {
      await put(key);
      expect((await move(key, `was-${key}`)).status).toBe(200);
      expect((await read(`was-${key}`)).value).toBe(`of ${key}`);
    }
  });

  it('is not moved by who may not change it, or create, or see it', async () => {
    await put('rights', { is_hidden_value: true });
    expect(codeOf(await move('rights', 'taken-away', other))).toEqual([403, 'forbidden_error']);
    await put('unseen', { visibility: 'private' });
    expect(codeOf(await move('unseen', 'taken-away', other))).toEqual([404, 'not_found_error']);
    expect(codeOf(await move('nothing', 'taken-away', other))).toEqual([404, 'not_found_error']);
    expect((await move('rights', 'rights-of-others', manager)).status).toBe(200);
    expect(await eventsOf('rights')).toEqual([
      'secret.create ok',
      'secret.move forbidden {"new_key":"taken-away"}',
      'secret.move ok {"new_key":"rights-of-others"}',
    ]);
    expect(await eventsOf('nothing')).toEqual(['secret.move not_found {"new_key":"taken-away"}']);
  });

  it('needs no right to read it, but both rights to change and to create', async () => {
    const operator = await room.member('default_tenant', 'olga', 'operations');
    const allow = async (...permissions: string[]): Promise<void> => {
      await room.database.asSuperuser(
        `DELETE FROM role_permissions WHERE role = 'operations' AND starts_with(permission, 'secret_')`,
      );
      await room.database.asSuperuser(
        `INSERT INTO role_permissions SELECT 'operations', unnest($1::text[])`,
        [permissions],
      );
    };
    await put('unread');
    await allow('secret_update', 'secret_create');
    expect((await read('unread', operator)).status).toBe(403);
    const moved = await move('unread', 'still-unread', operator);
    expect([moved.status, moved.body.value]).toEqual([200, '']);
    for (const [given, lacking] of [
      ['secret_update', 'secret_create'],
      ['secret_create', 'secret_update'],
    ] as const) {
      await allow(given);
      const refused = await move('still-unread', 'further', operator);
      expect([codeOf(refused), refused.body.message]).toEqual([
        [403, 'forbidden_error'],
        expect.stringContaining(lacking),
      ]);
    }
    expect((await read('still-unread')).value).toBe('of unread');
  });

  it('does not get a key that is taken, whoever sees what has it', async () => {
    await put('mover');
    await put('seen');
    await put('private-to-otto', { visibility: 'private' }, other);
    const elsewhere = { ...ADMIN, tenant: 'elsewhere' };
    await room.tenant('elsewhere');
    await put('global-elsewhere', { visibility: 'global' }, elsewhere);
    for (const key of ['seen', 'private-to-otto', 'global-elsewhere']) {
      expect(codeOf(await move('mover', key))).toEqual([409, 'conflict_error']);
      const strict = await move('mover', key, user, { 'If-None-Match': '*' });
      expect(codeOf(strict)).toEqual([412, 'precondition_failed']);
    }
    await put('key-elsewhere', {}, elsewhere);
    expect((await move('mover', 'key-elsewhere')).status).toBe(200);
    await put('global', { visibility: 'global' }, ADMIN);
    await put('only-elsewhere', {}, elsewhere);
    expect(codeOf(await move('global', 'only-elsewhere'))).toEqual([403, 'forbidden_error']);
    const answer = await move('global', 'only-elsewhere', ADMIN);
    expect([codeOf(answer), answer.body.message]).toEqual([
      [409, 'conflict_error'],
      expect.stringContaining('another tenant has that key'),
    ]);
    expect((await move('global', 'global-moved', ADMIN)).status).toBe(200);
    const far = { ...ADMIN, tenant: 'elsewhere' };
    expect([(await read('global', far)).status, (await read('global-moved', far)).value]).toEqual([
      404,
      'of global',
    ]);
    expect(codeOf(await move('global-moved', 'x', elsewhere))).toEqual([400, 'illegal_action_error']);
    expect(await eventsOf('mover')).toEqual([
      'secret.create ok',
      ...['seen', 'private-to-otto', 'global-elsewhere'].flatMap((key) => [
        `secret.move conflict {"new_key":"${key}"}`,
        `secret.move precondition_failed {"new_key":"${key}"}`,
      ]),
      'secret.move ok {"new_key":"key-elsewhere"}',
    ]);
  });

  it('refuses a key that breaks the rules, or is the same', async () => {
    await put('ruled');
    for (const [key, message] of [
      ['1st', /`key` .*must begin with a letter/],
      ['a/b', /`key` /],
      ['', /`key` must not be empty/],
      [undefined, /`key` is missing/],
      [7, /`key` must be a string/],
      ['x'.repeat(257), /at most 256/],
      ['ruled', /is the key that the secret has/],
    ] as const) {
      const answer = await move('ruled', key);
      expect([key, answer.status, answer.body.message]).toEqual([key, 400, expect.stringMatching(message)]);
    }
    expect((await read('ruled')).value).toBe('of ruled');
  });

  it('is moved only in the state that the conditions demand', async () => {
    const first = String((await put('conditional')).headers.etag);
    await room.call(user, 'PATCH', `${PATH}/conditional`, { value: 'newer' });
    const stale = await move('conditional', 'conditional-2', user, { 'If-Match': first });
    expect(codeOf(stale)).toEqual([412, 'precondition_failed']);
    const now = String(stale.headers.etag);
    expect(codeOf(await move('conditional', 'x', user, { 'If-None-Match': now }))).toEqual([
      412,
      'precondition_failed',
    ]);
    const moved = await move('conditional', 'conditional-2', user, { 'If-Match': now, 'If-None-Match': '*' });
    expect(moved.status).toBe(200);
    expect(codeOf(await move('conditional', 'x', user, { 'If-Match': now }))).toEqual([
      412,
      'precondition_failed',
    ]);
    const settings = '/api/v3.1/tenants/default_tenant/settings';
    await room.call(ADMIN, 'PATCH', settings, { require_if_match: true });
    expect(codeOf(await move('conditional-2', 'x'))).toEqual([428, 'precondition_required']);
    await room.call(ADMIN, 'PATCH', settings, { require_if_match: false });
  });

  it('of version 3 does not exist', async () => {
    await put('v3-too');
    const answer = await room.call(user, 'POST', '/api/v3/secrets/v3-too/move', { key: 'x' });
    expect(codeOf(answer)).toEqual([404, 'unknown_address']);
  });

  it('leaves no secret part of a token that somebody takes for a key in the trail', async () => {
    const token = `ctok-${'a'.repeat(10)}-${'b'.repeat(40)}`;
    await put('tokenlike');
    await move('tokenlike', token);
    await move(token, 'tokenlike');
    const [{ leaks } = { leaks: -1 }] = await room.database.asSuperuser<{ leaks: number }>(
      `SELECT count(*)::integer AS leaks FROM audit_events WHERE body LIKE '%bbbbbbbb%'`,
    );
    expect(leaks).toBe(0);
  });
});
