import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';

const BASIC = `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}`;
const PATH = '/api/v3/secrets';

/** Sends what real clients send, and what has caused failures before. */
describe('clients as they are', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  /**
   * Sends a request like the Python client: with the content type on every request, and `Content-Length: 0` without a
   * body.
   */
  const python = (method: string, path: string, body?: unknown) =>
    room.send({
      method,
      path,
      headers: {
        'Content-type': 'application/json',
        Authorization: BASIC,
        Tenant: 'default_tenant',
        Accept: '*/*',
        ...(body === undefined && method !== 'GET' && { 'Content-Length': '0' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  it('serves the whole life of a secret to the Python client', async () => {
    const create = { value: 'x', update_if_exists: false, is_hidden_value: false, visibility: 'tenant' };
    expect((await python('PUT', `${PATH}/py`, create)).status).toBe(200);
    expect((await python('GET', `${PATH}/py`)).body.value).toBe('x');
    expect((await python('PATCH', `${PATH}/py`, { value: 'y' })).body.value).toBe('y');
    const list = await python('GET', PATH);
    expect(list.body).toHaveProperty('items');
    expect(list.body).toHaveProperty('metadata.pagination.total', 1);
    const deleted = await python('DELETE', `${PATH}/py`);
    expect(deleted.status).toBe(200);
    expect(deleted.body.value).toBe('y');
  });

  it.each([
    ['PUT', 'bad_parameters_error'],
    ['PATCH', 'illegal_action_error'],
  ])('answers a %s without a body as one without a value', async (method, code) => {
    const answer = await python(method, `${PATH}/bodyless`);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error_code: code, server_traceback: null });
    expect(answer.body.message).toMatch(/value/);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
    'accepts the content type %s',
    async (type) => {
      const key = `typed-${type.length}`;
      const answer = await room.call(
        ADMIN,
        'PUT',
        `${PATH}/${key}`,
        { value: 'x' },
        { 'Content-Type': type },
      );
      expect(answer.status).toBe(200);
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'multipart/form-data',
    ';',
    'json',
  ])('refuses the content type %s', async (type) => {
    const answer = await room.call(ADMIN, 'PUT', `${PATH}/untyped`, { value: 'x' }, { 'Content-Type': type });
    expect(answer.status).toBe(415);
    expect(answer.body.error_code).toBe('unsupported_content_type_error');
  });

  it('refuses a body without a content type', async () => {
    const answer = await room.send({
      method: 'PUT',
      path: `${PATH}/untyped`,
      headers: { Authorization: BASIC, tenant: 'default_tenant' },
      body: '{"value": "x"}',
    });
    expect(answer.status).toBe(415);
  });

  it('ignores fields that it does not know', async () => {
    const answer = await room.send({
      method: 'PUT',
      path: `${PATH}/extra`,
      headers: { Authorization: BASIC, tenant: 'default_tenant', 'Content-Type': 'application/json' },
      body:
        '{"value": "x", "provider_options": {}, "created_by": "mallory", "tenant_name": "other", "id": 7,' +
        ' "created_at": "1999-01-01T00:00:00.000Z", "version": 99, "__proto__": {"a": 1}, "constructor": 1}',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ created_by: 'admin', tenant_name: 'default_tenant' });
    expect(answer.body.created_at).not.toMatch(/^1999/);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it.each([
    { visibility: 'secret' },
    { visibility: ['private'] },
    { is_hidden_value: 'yes' },
    { is_hidden_value: null },
    { update_if_exists: 1 },
  ])('refuses %j rather than keep it less well than asked', async (field) => {
    const answer = await room.call(ADMIN, 'PUT', `${PATH}/not-yet`, { value: 'x', ...field });
    expect(answer.status).toBe(400);
    expect((await room.secret(ADMIN, 'GET', 'not-yet')).status).toBe(404);
  });

  it('takes the tenant header in any case of its name', async () => {
    for (const name of ['tenant', 'Tenant', 'TENANT', 'tEnAnT']) {
      const answer = await room.send({
        path: PATH,
        headers: { Authorization: BASIC, [name]: 'default_tenant' },
      });
      expect(answer.status).toBe(200);
    }
  });

  it('answers HEAD as GET without the body, and records it', async () => {
    await room.secret(ADMIN, 'PUT', 'headed', 'x');
    const events = "SELECT count(*)::int AS n FROM audit_events WHERE body LIKE '%secret.head%headed%'";
    const before = await room.database.asSuperuser(events);
    const answer = await room.secret(ADMIN, 'HEAD', 'headed');
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(await room.database.asSuperuser(events)).toEqual([{ n: Number(before[0]?.n) + 1 }]);
    expect((await room.call({ tenant: 'default_tenant' }, 'HEAD', `${PATH}/headed`)).status).toBe(401);
  });

  it('marks every answer as one not to be kept, and names the request', async () => {
    for (const path of [`${PATH}/headed`, `${PATH}/absent`, '/nowhere', PATH]) {
      const answer = await room.call(ADMIN, 'GET', path, undefined, { 'X-Request-Id': 'my-request.1' });
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['x-request-id']).toBe('my-request.1');
    }
    for (const id of ['x'.repeat(129), 'with space', '"quoted"', '<b>']) {
      const answer = await room.call(ADMIN, 'GET', PATH, undefined, { 'X-Request-Id': id });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('the order of the checks', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_MAX_VALUE_BYTES: '100' });
    await room.member('default_tenant', 'viewer', 'viewer');
  });
  afterAll(() => room.stop());

  const viewer = { login: 'viewer:password-of-viewer', tenant: 'default_tenant' };
  const text = { 'Content-Type': 'text/plain' };
  const huge = { value: 'x'.repeat(20_000) };

  it('is size, who, rights, key, content type, body', async () => {
    const status = async (...call: Parameters<Strongroom['call']>) => (await room.call(...call)).status;
    expect(await status({}, 'PUT', `${PATH}/1bad`, huge, text)).toBe(413);
    expect(await status({}, 'PUT', `${PATH}/1bad`, 5, text)).toBe(401);
    expect(await status(viewer, 'PUT', `${PATH}/1bad`, 5, text)).toBe(403);
    expect(await status(ADMIN, 'PUT', `${PATH}/1bad`, 5, text)).toBe(400);
    expect(await status(ADMIN, 'PUT', `${PATH}/good`, 5, text)).toBe(415);
    expect(await status(ADMIN, 'PUT', `${PATH}/good`, 5)).toBe(400);
    expect(await status(ADMIN, 'PATCH', `${PATH}/absent`, {})).toBe(400);
    expect(await status(ADMIN, 'PATCH', `${PATH}/absent`, { value: 'x' })).toBe(404);
  });

  it('measures a value in bytes of UTF-8, however it is written', async () => {
    const put = (key: string, value: string) => room.secret(ADMIN, 'PUT', key, value);
    expect((await put('exact', 'x'.repeat(100))).status).toBe(200);
    expect((await put('wide', '€'.repeat(33))).status).toBe(200);
    expect((await put('too-wide', '€'.repeat(34))).status).toBe(413);
    const over = await put('over', 'x'.repeat(101));
    expect(over.status).toBe(413);
    expect(over.body.error_code).toBe('too_large');
    const escaped = await room.send({
      method: 'PUT',
      path: `${PATH}/escaped`,
      headers: { Authorization: BASIC, tenant: 'default_tenant', 'Content-Type': 'application/json' },
      body: `{"value": "${'\\u0041'.repeat(100)}"}`,
    });
    expect(escaped.status).toBe(200);
    expect(escaped.body.value).toBe('A'.repeat(100));
  });
});
