import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V3 = '/api/v3';
const V31 = '/api/v3.1';
const CONDITIONS = [
  ['If-Match', '"a.1.b"'],
  ['If-Match', '*'],
  ['If-None-Match', '*'],
  ['If-Unmodified-Since', 'Wed, 21 Oct 2015 07:28:00 GMT'],
  ['Content-Range', 'bytes 0-1/2'],
] as const;

/** Matches the changes of a single secret and its versions, which honor `If-Match` and `If-None-Match`. */
const CONDITIONAL =
  /^(PUT|PATCH|DELETE) \/api\/v3(\.1)?\/secrets\/default_tenant$|\/secrets\/default_tenant\/(set-(visibility|global)|move|copy|restore|versions\/default_tenant(\/restore)?)$|^DELETE \/api\/v3\.1\/trash\/secrets\/default_tenant$/;

let room: Strongroom;
let user: As;

beforeAll(async () => {
  room = await Strongroom.start();
  user = await room.member('default_tenant', 'plain', 'user');
});
afterAll(() => room.stop());

const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>, as = ADMIN) =>
  room.call(as, method, path, body, headers);

/** Returns the method and path of every change, with a name that exists wherever one is needed to be let in. */
async function changes(): Promise<(readonly [method: string, path: string])[]> {
  const { body } = await room.send({ path: '/api/docs-json' });
  const paths = body.paths as Record<string, Record<string, unknown>>;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => ['put', 'post', 'patch', 'delete'].includes(method))
      .map((method) => [method.toUpperCase(), path.replace(/\{\w+\}/g, 'default_tenant')] as const),
  );
}

function expectRefusal(what: string, { status, body }: Answer, message: RegExp): void {
  expect([what, status, body.error_code]).toEqual([what, 400, 'bad_parameters_error']);
  expect([what, body.message]).toEqual([what, expect.stringMatching(message)]);
}

describe('a change that asks for what is not supported', () => {
  it('is refused on every route where it is conditional, unless the route honors that', async () => {
    const found = await changes();
    expect(found.length).toBeGreaterThan(50);
    expect(found.filter(([method, path]) => CONDITIONAL.test(`${method} ${path}`))).toHaveLength(16);
    for (const [method, path] of found)
      for (const [name, value] of CONDITIONS) {
        if (CONDITIONAL.test(`${method} ${path}`) && /^If-(None-)?Match$/.test(name)) continue;
        const answer = await ask(method, path, undefined, { [name]: value });
        expectRefusal(`${method} ${path} ${name}`, answer, new RegExp(`\`${name}\``));
      }
  });

  it('is refused on every route where it has an unknown query parameter', async () => {
    for (const [method, path] of await changes()) {
      const answer = await ask(method, `${path}?dry_run=true`);
      expectRefusal(`${method} ${path}`, answer, /Unknown query parameter "dry_run"/);
    }
  });

  it('is refused under version 3.1 where its body has an unknown field, also where no body is read', async () => {
    for (const [method, path] of await changes()) {
      const answer = await ask(method, path, { no_such_field: 'canary' });
      const isNewest = path.startsWith(V31);
      expect([method, path, /Unknown field "no_such_field"/.test(String(answer.body.message))]).toEqual([
        method,
        path,
        isNewest,
      ]);
      if (isNewest) expectRefusal(`${method} ${path}`, answer, /Unknown field/);
      expect(answer.text).not.toContain('canary');
    }
  });

  it('is not judged before the rights of its sender', async () => {
    const path = `${V31}/users/somebody?dry_run=true`;
    const condition = { 'If-Match': '*' };
    expect((await ask('DELETE', path, undefined, condition, user)).status).toBe(403);
    expect((await ask('DELETE', path, undefined, condition, {})).status).toBe(401);
  });

  it('changes nothing', async () => {
    for (const prefix of [V3, V31]) {
      const path = `${prefix}/secrets/kept`;
      await ask('PUT', path, { value: 'kept', update_if_exists: true });
      const before = (await ask('GET', path)).body;
      const answers = [
        await ask('DELETE', `${path}?dry_run=true`),
        await ask('DELETE', path, undefined, { 'Content-Range': 'bytes 0-1/2' }),
        await ask('PATCH', path, { value: 'x' }, { 'If-Unmodified-Since': 'Wed, 21 Oct 2015 07:28:00 GMT' }),
        await ask('PATCH', `${path}?_dry_run=True`, { value: 'x' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
      expect((await ask('GET', path)).body).toEqual(before);
    }
  });

  it('creates no token by GET, which version 3 does, and none by HEAD', async () => {
    const count = async () =>
      (await room.database.asSuperuser<{ n: number }>('SELECT count(*)::integer AS n FROM tokens'))[0]?.n;
    const before = await count();
    expect((await ask('GET', `${V3}/tokens?dry_run=true`)).status).toBe(400);
    const head = await ask('HEAD', `${V3}/tokens`);
    expect([head.status, head.headers.allow]).toEqual([405, 'GET']);
    expect(await count()).toBe(before);
  });

  it('is left alone where it only reads, unless the route honors conditions', async () => {
    await ask('PUT', `${V31}/secrets/read`, { value: 'x' });
    for (const [name, value] of CONDITIONS)
      expect((await ask('GET', `${V31}/secrets`, undefined, { [name]: value })).status).toBe(200);
    for (const [name, value] of CONDITIONS.slice(3))
      expect((await ask('GET', `${V31}/secrets/read`, undefined, { [name]: value })).status).toBe(200);
  });
});

describe('an unknown field of a body', () => {
  it.each([
    [{ visiblity: 'private', is_hidden_value: true }, '"visiblity"; did you mean `visibility`?'],
    [{ visibility: 'private', is_hidden: true }, '"is_hidden"; did you mean `is_hidden_value`?'],
    [{ is_hidden_values: true }, 'did you mean `is_hidden_value`?'],
    [{ update_if_exist: true }, 'did you mean `update_if_exists`?'],
    [{ expiry: 'canary' }, '"expiry"'],
    [{ tenant_name: 'other' }, '"tenant_name"'],
    [{ created_by: 'canary' }, '"created_by"'],
  ])('is refused with what was probably meant: %j', async (fields, message) => {
    const path = `${V31}/secrets/misspelled`;
    const put = await ask('PUT', path, { value: 'canary', ...fields }, undefined, user);
    expect([put.status, put.body.message]).toEqual([400, expect.stringContaining(message)]);
    expect(put.text).not.toContain('canary');
    expect((await ask('GET', path)).status).toBe(404);
    await ask('PUT', `${V3}/secrets/patched`, { value: 'x', ...fields });
    expect((await ask('PATCH', `${V31}/secrets/patched`, { value: 'canary', ...fields })).status).toBe(400);
    expect((await ask('GET', `${V3}/secrets/patched`)).body.value).toBe('x');
    await ask('DELETE', `${V3}/secrets/patched`);
  });

  it('is ignored under version 3', async () => {
    const put = await ask('PUT', `${V3}/secrets/lenient`, { value: 'x', visiblity: 'private', a: { b: 1 } });
    expect(put.status).toBe(200);
    expect((await ask('DELETE', `${V3}/secrets/lenient`, { dry_run: true })).status).toBe(200);
  });

  it('is repeated escaped and cut', async () => {
    const name = `\u001b[31m${'y'.repeat(10_000)}`;
    const { status, text, body } = await ask('PUT', `${V31}/secrets/long-name`, { value: 'x', [name]: 1 });
    expect([status, text.length < 500]).toEqual([400, true]);
    expect(body.message).toContain('"\\u001b[31my');
  });

  it('may be what real clients send without effect', async () => {
    const made = await ask('POST', `${V31}/tenants/quiet`, { rabbitmq_password: '' });
    expect(made.status).toBe(201);
    const wrong = await ask('POST', `${V31}/tenants/loud`, { rabbitmq_pasword: '' });
    expectRefusal('tenant', wrong, /did you mean `rabbitmq_password`\?/);
    expect((await ask('POST', `${V31}/tenants/plain`)).status).toBe(201);
  });

  it.each([
    [{ filter_rule: [] }, 'did you mean `filter_rules`?'],
    [{ constraints: { name_patern: {} } }, 'did you mean `name_pattern`?'],
    [{ constraints: { name_pattern: { start_with: 'a' } } }, 'did you mean `starts_with`?'],
    [
      { filter_rules: [{ key: 'key', value: ['a'], operator: 'any_of', type: 'attribute' }] },
      'did you mean `values`?',
    ],
  ])('is refused in a search: %j', async (body, message) => {
    const answer = await ask('POST', `${V31}/searches/secrets`, body);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('is an error of its row in an import, and ignored there under version 3', async () => {
    const row = {
      ...{ key: 'row', value: 'canary', tenant_name: 'default_tenant', visibility: 'private' },
      ...{ is_hidden_value: true, encrypted: false },
    };
    const wrong = { ...row, key: 'wrong', visiblity: 'private', created: 'canary', 'a\n': 1 };
    const body = { secrets_list: [row, wrong], override_collisions: false };
    const refused = await ask('POST', `${V31}/secrets/share/import`, body);
    expect(refused.body.secrets_errors).toEqual({
      '1': {
        'unknown secret fields': [
          'Unknown field "visiblity"; did you mean `visibility`?',
          'Unknown field "created"; did you mean `created_at`?',
          'Unknown field "a\\u000a"',
        ],
      },
    });
    expect(refused.text).not.toContain('canary');
    expect((await ask('GET', `${V31}/secrets/row`)).status).toBe(404);
    expect((await ask('POST', `${V31}/secrets/share/import`, { ...body, overide: true })).status).toBe(400);
    const ignored = await ask('POST', `${V3}/secrets/share/import`, { ...body, overide: true });
    expect([ignored.status, ignored.body.secrets_errors]).toEqual([200, {}]);
  });
});
