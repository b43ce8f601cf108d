import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V3 = '/api/v3/secrets';
const V31 = '/api/v3.1/secrets';
const CREDENTIALS = {
  type: 'object',
  properties: { user: { type: 'string' }, port: { $ref: '#/definitions/port' } },
  required: ['user'],
  additionalProperties: false,
  definitions: { port: { type: 'integer', maximum: 65_535 } },
};
const RUNAWAY = { type: 'string', pattern: '^(a+)+$' };
const VICTIM = `${'a'.repeat(40)}!`;

describe('secrets with a schema', () => {
  let room: Strongroom;
  let user: As;
  let made = 0;
  const call = (method: string, path: string, body?: unknown, as = ADMIN) =>
    room.call(as, method, `${V31}/${path}`, body);
  const fresh = (): string => `schema-${(made += 1)}`;
  const outcomes = (key: string) =>
    room.database.asSuperuser<{ action: string; outcome: string }>(
      `SELECT body::json ->> 'action' AS action, body::json ->> 'outcome' AS outcome FROM audit_events
       WHERE body::json ->> 'key' = $1 ORDER BY at, id`,
      [key],
    );
  beforeAll(async () => {
    room = await Strongroom.start();
    user = await room.member('default_tenant', 'plain', 'user');
  });
  afterAll(() => room.stop());

  it.each([
    [{ user: 'root', port: 22 }, CREDENTIALS],
    [['a', { b: [null, 1.5, -0.25, true] }], { type: 'array' }],
    ['text', { type: 'string' }],
    ['{"text": "that looks like JSON"}', {}],
    ...[0, false, '', [], {}, null].map((value) => [value, {}] as const),
  ])('keep %j under %j as it is', async (value, schema) => {
    const key = fresh();
    const put = await call('PUT', key, { value, schema });
    expect([put.status, put.body.value]).toEqual([200, '']);
    expect(put.body.schema).toEqual(schema);
    expect((await call('GET', key)).body).toEqual({ ...put.body, value });
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    expect((await room.secret(ADMIN, 'GET', key)).body.value).toBe(text);
  });

  it('take structured values under version 3 too, and show them as text there', async () => {
    const key = fresh();
    const put = await room.call(ADMIN, 'PUT', `${V3}/${key}`, {
      ...{ value: { user: 'root' }, schema: CREDENTIALS },
      ...{ update_if_exists: false, is_hidden_value: false, visibility: 'tenant' },
    });
    expect([put.status, put.body.value]).toEqual([200, '{"user":"root"}']);
    const patch = await room.call(ADMIN, 'PATCH', `${V3}/${key}`, { value: { user: 'x' } });
    expect([patch.status, patch.body.value]).toEqual([200, '{"user":"x"}']);
    expect((await call('GET', key)).body.value).toEqual({ user: 'x' });
    expect((await room.call(ADMIN, 'DELETE', `${V3}/${key}`)).body.value).toBe('{"user":"x"}');
  });

  it('never show the value in a list, nor in the clear in the database', async () => {
    const key = fresh();
    await call('PUT', key, { value: { user: 'canary-value' }, schema: CREDENTIALS });
    expect((await room.call(ADMIN, 'GET', V31)).text).not.toContain('canary-value');
    const [row] = await room.database.asSuperuser<{ row: string }>(
      'SELECT s::text AS row FROM secrets s WHERE key = $1',
      [key],
    );
    expect(row?.row).toContain('additionalProperties');
    expect(Buffer.from(row?.row ?? '').includes('canary-value')).toBe(false);
    expect(row?.row).not.toContain(Buffer.from('canary-value').toString('hex'));
  });

  it.each([
    [
      'no object',
      { user: 'canary', port: 70_000 },
      'The value at /port is greater than the maximum of 65535',
    ],
    ['a missing property', { port: 1 }, "'user' is a required property"],
    ['a further property', { user: 'x', 'canary-name': 'canary' }, 'Additional properties are not allowed'],
  ])('answer 409 to %s, never repeating it, and record that', async (_what, value, message) => {
    const key = fresh();
    const put = await call('PUT', key, { value, schema: CREDENTIALS });
    expect([put.status, put.body.error_code]).toEqual([409, 'conflict_error']);
    expect(put.body.message).toMatch(/^Error validating secret value: /);
    expect(put.body.message).toContain(message);
    expect(put.text).not.toContain('canary');
    expect((await call('GET', key)).status).toBe(404);
    expect(await outcomes(key)).toEqual([
      { action: 'secret.create', outcome: 'conflict' },
      { action: 'secret.read', outcome: 'not_found' },
    ]);
  });

  it('hold each later value against the schema that they have', async () => {
    const key = fresh();
    const put = await call('PUT', key, { value: { user: 'first' }, schema: CREDENTIALS });
    const mismatch = await call('PATCH', key, { value: { port: 'canary' }, visibility: 'global' });
    expect([mismatch.status, mismatch.body.error_code]).toEqual([409, 'conflict_error']);
    expect(mismatch.body.message).toMatch(/^Error validating secret value: 'user' is a required property/);
    expect((await call('PATCH', key, { value: 'a text' })).status).toBe(409);
    expect((await call('PATCH', key, { value: '' })).status).toBe(409);
    expect((await call('GET', key)).body).toEqual({ ...put.body, value: { user: 'first' } });
    const patch = await call('PATCH', key, { value: { user: 'second', port: 1 } });
    expect([patch.status, patch.body.value]).toEqual([200, '']);
    expect((await call('GET', key)).body).toMatchObject({
      value: { user: 'second', port: 1 },
      schema: CREDENTIALS,
      visibility: 'tenant',
    });
    expect((await outcomes(key)).map(({ outcome }) => outcome)).toEqual([
      ...['ok', 'conflict', 'conflict', 'conflict', 'ok', 'ok', 'ok'],
    ]);
  });

  it.each([[0], [false], [''], [[]], [{}]])('take the falsy %j by PATCH', async (value) => {
    const key = fresh();
    await call('PUT', key, { value: 'x', schema: {} });
    expect((await call('PATCH', key, { value })).status).toBe(200);
    expect((await call('GET', key)).body.value).toEqual(value);
  });

  it('make no version of the same structure again', async () => {
    const key = fresh();
    const versions = async () =>
      (
        await room.database.asSuperuser<{ version: number }>('SELECT version FROM secrets WHERE key = $1', [
          key,
        ])
      )[0]?.version;
    await call('PUT', key, { value: { a: 1 }, schema: {} });
    await call('PATCH', key, { value: { a: 1 } });
    expect(await versions()).toBe(1);
    await call('PATCH', key, { value: '{"a":1}' });
    expect(await versions()).toBe(2);
    expect((await call('GET', key)).body.value).toBe('{"a":1}');
  });

  it('keep their schema over update_if_exists, which holds the value against both', async () => {
    const key = fresh();
    const again = (body: object) => call('PUT', key, { ...body, update_if_exists: true });
    expect((await again({ value: { user: 'made' }, schema: CREDENTIALS })).status).toBe(200);
    const loose = await again({ value: { port: 1 }, schema: {} });
    expect([loose.status, loose.body.error_code]).toEqual([409, 'conflict_error']);
    expect((await again({ value: { user: 'x' }, schema: { type: 'string' } })).status).toBe(409);
    expect((await again({ value: 'text' })).status).toBe(409);
    const other = await again({ value: { user: 'y' }, schema: { type: 'object' } });
    expect([other.status, other.body.schema]).toEqual([200, CREDENTIALS]);
    expect((await again({ value: { user: 'without one' } })).status).toBe(200);
    expect((await call('GET', key)).body).toMatchObject({
      value: { user: 'without one' },
      schema: CREDENTIALS,
    });
    const new_ = fresh();
    const none = await call('PUT', new_, { value: { user: 'x' }, update_if_exists: true });
    expect([none.status, none.body.error_code]).toEqual([400, 'bad_parameters_error']);
    expect((await call('GET', new_)).status).toBe(404);
  });

  it('tell of what is private to somebody else no more than that the key is taken', async () => {
    const key = fresh();
    await call('PUT', key, { value: {}, schema: {}, visibility: 'private' });
    const taken = await call('PUT', key, { value: { a: 1 }, update_if_exists: true }, user);
    expect([taken.status, taken.body.error_code]).toEqual([409, 'conflict_error']);
    expect(taken.body.message).toContain('already exists');
    expect((await call('PATCH', key, { value: { a: 1 } }, user)).status).toBe(404);
  });

  it.each([null, '', 0, false])(
    'take %j in a change exactly where they take it in a creation',
    async (value) => {
      for (const version of [V3, V31]) {
        const change = (method: string, key: string, body: object) =>
          room.call(ADMIN, method, `${version}/${key}`, body);
        const [allows, forbids, none] = [fresh(), fresh(), fresh()];
        const typed = {
          type: ['object', value === null ? 'null' : typeof value === 'string' ? 'string' : typeof value],
        };
        await change('PUT', allows, { value: {}, schema: typed });
        await change('PUT', forbids, { value: {}, schema: { type: 'object' } });
        await change('PUT', none, { value: 'text' });
        expect((await change('PUT', fresh(), { value, schema: typed })).status).toBe(200);
        for (const [method, body] of [
          ['PATCH', { value }],
          ['PUT', { value, update_if_exists: true }],
        ] as const) {
          await change('PATCH', allows, { value: {} });
          expect((await change(method, allows, body)).status).toBe(200);
          expect((await call('GET', allows)).body.value).toEqual(value);
          const invalid = await change(method, forbids, body);
          expect([invalid.status, invalid.body.error_code]).toEqual([409, 'conflict_error']);
          const refused = await change(method, none, { ...body, is_hidden_value: true });
          expect([refused.status, refused.body.error_code]).toEqual([400, 'bad_parameters_error']);
          expect((await call('GET', none)).body).toMatchObject({ value: 'text', is_hidden_value: false });
          expect((await change(method, fresh(), body)).status).toBe(method === 'PATCH' ? 404 : 400);
        }
      }
    },
  );

  it('leave text without a schema as it was', async () => {
    const key = fresh();
    await call('PUT', key, { value: 'text' });
    for (const value of [5, 0, false, {}, [], '', ['x']]) {
      for (const method of ['PATCH', 'PUT']) {
        const body = method === 'PUT' ? { value, update_if_exists: true } : { value };
        const answer = await call(method, key, body);
        expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
        expect(answer.body.message).toContain('`value`');
      }
      expect((await call('PUT', fresh(), { value })).status).toBe(400);
    }
    expect((await call('GET', key)).body).toMatchObject({ value: 'text', schema: null });
  });

  it.each([
    ['a schema of null', { value: 'x', schema: null }, '`schema` must be an object'],
    ['a schema of text', { value: 'x', schema: '{}' }, '`schema` must be an object'],
    ['a schema in a list', { value: 'x', schema: [{}] }, '`schema` must be an object'],
    ['a schema that is true', { value: 'x', schema: true }, '`schema` must be an object'],
    ['no value', { schema: {} }, '`value` is missing'],
    [
      'an invalid schema',
      { value: 'x', schema: { type: 'text' } },
      '`schema` cannot be used: schema is invalid',
    ],
    ['a remote reference', { value: 'x', schema: { $ref: 'http://127.0.0.1/x' } }, "can't resolve reference"],
    ['a circle', { value: 'x', schema: { $ref: '#' } }, 'circle'],
    ['too large a schema', { value: 'x', schema: { title: 'x'.repeat(70_000) } }, 'larger than 65536 bytes'],
  ])('answer 400 to %s', async (_what, body, message) => {
    const key = fresh();
    const put = await call('PUT', key, body);
    expect([put.status, put.body.error_code]).toEqual([400, 'bad_parameters_error']);
    expect(put.body.message).toContain(message);
    expect((await call('GET', key)).status).toBe(404);
  });

  it('answer 400 to what nests too deep, wherever it stands', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    for (const body of [
      `{"value":${deep},"schema":{}}`,
      `{"value":"x","schema":{"a":${deep}}}`,
      `{"value":"x","provider_options":{"a":${deep}}}`,
      `{"value":${deep},"update_if_exists":true}`,
    ]) {
      for (const method of ['PUT', 'PATCH']) {
        const headers = {
          Authorization: `Basic ${Buffer.from(ADMIN.login ?? '').toString('base64')}`,
          ...{ tenant: 'default_tenant', 'Content-Type': 'application/json' },
        };
        const path = `${V31}/${fresh()}`;
        const sent = method === 'PUT' ? body : body.replace(/,"(schema":\{\}|update_if_exists":true)/, '');
        const answer = await room.send({ method, path, headers, body: sent });
        const isUnknown = method === 'PATCH' && sent.includes('"schema"');
        expect(answer.status).toBe(400);
        expect(answer.body.message).toContain(isUnknown ? 'Unknown field' : 'nests deeper than 64 levels');
      }
    }
  });

  it('answer 400 to a pattern that runs away, and everybody else meanwhile', async () => {
    const [attacked, calm] = [fresh(), fresh()];
    await call('PUT', calm, { value: 'calm' });
    const runaway = call('PUT', attacked, { value: VICTIM, schema: RUNAWAY });
    const state = { over: false };
    void runaway.then(() => (state.over = true));
    let served = 0;
    while (!state.over) {
      expect((await call('GET', calm)).body.value).toBe('calm');
      served += 1;
    }
    const answer = await runaway;
    expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
    expect(answer.body.message).toContain('takes too long');
    expect(answer.text).not.toContain('aaaa');
    expect(served).toBeGreaterThan(1);
    expect((await call('GET', attacked)).status).toBe(404);
    const next = await call('PUT', attacked, { value: 'aaa', schema: RUNAWAY });
    expect(next.status).toBe(200);
    const patched = await call('PATCH', attacked, { value: VICTIM });
    expect([patched.status, patched.body.error_code]).toEqual([400, 'bad_parameters_error']);
    expect((await call('GET', attacked)).body.value).toBe('aaa');
  });

  it('are all checked where many of a tenant come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => call('PUT', fresh(), { value: 'x', schema: { type: 'string' } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  it('hold no connection and no row while a value is checked', async () => {
    const key = fresh();
    await call('PUT', key, { value: 'aaa', schema: RUNAWAY });
    const runaway = Array.from({ length: 12 }, () => call('PATCH', key, { value: VICTIM }));
    const state = { over: false };
    void Promise.allSettled(runaway).then(() => (state.over = true));
    let changed = 0;
    while (!state.over) {
      expect((await call('PATCH', key, { is_hidden_value: changed % 2 === 0 })).status).toBe(200);
      changed += 1;
    }
    const statuses = (await Promise.all(runaway)).map(({ status }) => status);
    // All are told what is wrong with their schema, save those whose turn does not come in time on a slow machine.
    expect(statuses[0]).toBe(400);
    for (const status of statuses) expect([400, 503]).toContain(status);
    expect(changed).toBeGreaterThan(1);
    expect((await call('GET', key)).body.value).toBe('aaa');
  });

  it('are checked again where another with that key and another schema takes the place', async () => {
    const key = fresh();
    for (let round = 0; round < 10; round += 1) {
      await call('PUT', key, { value: 1, schema: { type: 'number' } });
      const [patch] = await Promise.all([
        call('PATCH', key, { value: 2 }),
        call('DELETE', key).then(() => call('PUT', key, { value: 'text', schema: { type: 'string' } })),
      ]);
      expect([200, 404, 409]).toContain(patch.status);
      const { value, schema } = (await call('GET', key)).body as { value: unknown; schema: { type: string } };
      expect([schema.type, typeof value]).toEqual(['string', 'string']);
      await call('DELETE', key);
    }
  });
});
