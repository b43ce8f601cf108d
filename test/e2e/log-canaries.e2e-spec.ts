import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, ADMIN_PASSWORD, Strongroom, type As } from '../support/strongroom.js';

let count = 0;
const canary = (what: string): string => `canary-${what}-${(count += 1)}-x7Qz`;

describe('the log at level trace', () => {
  let room: Strongroom;
  let user: As & { login: string; tenant: string };
  const secrets: string[] = [];
  /** Makes a value that must not appear in any line. */
  const secret = (what: string): string => {
    const value = canary(what);
    secrets.push(value);
    return value;
  };
  const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;

  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_LOG_LEVEL: 'trace' });
    user = await room.tenant('watched', 'manager');
    secrets.push(ADMIN_PASSWORD, user.login.split(':')[1] ?? '', Buffer.from(user.login).toString('base64'));
  });
  afterAll(() => room.stop());

  const call = async (as: As, method: string, path: string, body?: unknown, headers = {}): Promise<number> =>
    (await room.call(as, method, `/api/v3.1${path}`, body, headers)).status;

  it('has no value of a secret, whether it was taken, refused or given', async () => {
    const value = secret('value');
    expect(await call(user, 'PUT', '/secrets/a', { value, description: 'd' })).toBe(200);
    expect(
      await call(user, 'PUT', '/secrets/j', { value: { inner: secret('json') }, schema: { type: 'object' } }),
    ).toBe(200);
    expect(
      await call(user, 'PUT', '/secrets/p', { value: 'v', provider_options: { path: secret('options') } }),
    ).toBe(200);
    expect((await room.call(user, 'GET', '/api/v3.1/secrets/a')).body.value).toBe(value);
    expect(await call(user, 'PATCH', '/secrets/a', { value: secret('patch') })).toBe(200);
    const mismatch = { value: { n: secret('mismatch') }, schema: { properties: { n: { type: 'number' } } } };
    expect(await call(user, 'PUT', '/secrets/m', mismatch)).toBe(409);
    expect(await call(user, 'PUT', '/secrets/u', { value: secret('unknown'), [secret('field')]: 1 })).toBe(
      400,
    );
    expect(await call(user, 'PUT', '/secrets/n', { value: secret('nul'), description: 'x\u0000' })).toBe(400);
    expect(await call(user, 'GET', `/secrets?_search=${secret('search')}`)).toBe(200);
    const broken = `{"value": "${secret('broken')}", nonsense`;
    const headers = {
      Authorization: basic(user.login),
      tenant: user.tenant,
      'Content-Type': 'application/json',
    };
    expect(
      (await room.send({ method: 'PUT', path: '/api/v3.1/secrets/b', headers, body: broken })).status,
    ).toBe(400);
  });

  it('has no password and no token, right or wrong', async () => {
    const password = secret('password');
    expect(await call(ADMIN, 'PUT', '/users', { username: 'new-one', password, role: 'default' })).toBe(201);
    expect(await call({ login: `new-one:${password}` }, 'GET', '/user')).toBe(200);
    expect(await call(ADMIN, 'POST', '/users/new-one', { password: secret('changed') })).toBe(200);
    expect(await call({ login: `new-one:${secret('wrong')}` }, 'GET', '/user')).toBe(401);
    expect(await call({ login: `${secret('as-a-name')}:x` }, 'GET', '/user')).toBe(401);
    const made = await room.call(user, 'POST', '/api/v3.1/tokens', { description: 'of a test' });
    const { value: token } = made.body as { value: string };
    secrets.push(token, token.split('-').at(-1) ?? '');
    expect(await call({}, 'GET', '/user', undefined, { 'Authentication-Token': token })).toBe(200);
    expect(
      await call({}, 'GET', '/user', undefined, {
        'Authentication-Token': `ctok-0123456789-${'z'.repeat(40)}`,
      }),
    ).toBe(401);
    secrets.push('z'.repeat(40));
    expect(await call({}, 'GET', '/user', undefined, { Authorization: `Bearer ${secret('bearer')}` })).toBe(
      401,
    );
    expect(await call({}, 'GET', '/user', undefined, { Cookie: secret('cookie') })).toBe(401);
    expect((await room.send({ path: `/api/v3.1/secrets/${token}` })).status).toBe(401);
  });

  it('has no passphrase of an export or an import, and none of their values', async () => {
    const passphrase = secret('passphrase');
    const exported = await room.call(user, 'GET', `/api/v3.1/secrets/share/export?_passphrase=${passphrase}`);
    expect(exported.status).toBe(200);
    const header = { 'X-Export-Passphrase': secret('header-passphrase') };
    expect(await call(user, 'GET', '/secrets/share/export', undefined, header)).toBe(200);
    const rows = JSON.parse(exported.text) as object[];
    const body = { secrets_list: rows, passphrase, override_collisions: true };
    expect(await call(user, 'POST', '/secrets/share/import', body)).toBe(200);
    const wrong = { ...body, passphrase: secret('wrong-passphrase') };
    const refused = await room.call(user, 'POST', '/api/v3.1/secrets/share/import', wrong);
    expect([refused.status, refused.text]).toEqual([200, expect.stringContaining('does not open the value')]);
  });

  it('has none in the line of a failure', async () => {
    expect(await call(user, 'PUT', '/secrets/f', { value: secret('of-a-failure') })).toBe(200);
    await room.database.asSuperuser(
      `UPDATE secrets SET value = set_byte(value, 80, get_byte(value, 80) # 1) WHERE key = 'f'`,
    );
    expect(await call(user, 'GET', '/secrets/f')).toBe(500);
    await room.database.asSuperuser('ALTER FUNCTION read_secrets RENAME TO hidden_read_secrets');
    await room.database.asSuperuser('ALTER FUNCTION update_secrets RENAME TO hidden_update_secrets');
    expect(await call(user, 'GET', '/secrets/a')).toBeGreaterThanOrEqual(500);
    expect(
      await call(user, 'PATCH', '/secrets/a', { value: secret('of-a-lost-function') }),
    ).toBeGreaterThanOrEqual(500);
  });

  it('told of all of that', () => {
    const lines = room.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ msg }) => msg === 'request').length).toBeGreaterThan(25);
    expect(lines.filter(({ level }) => level === 'debug').length).toBeGreaterThan(25);
    expect(lines.filter(({ level }) => level === 'error').length).toBeGreaterThanOrEqual(3);
    const log = room.logs.join('');
    expect(secrets.length).toBeGreaterThan(20);
    expect(secrets.filter((text) => log.includes(text))).toEqual([]);
    expect(log).not.toMatch(/canary-/);
  });
});
