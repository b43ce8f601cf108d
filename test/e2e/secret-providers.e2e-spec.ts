import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V31 = '/api/v3.1/secrets';
const OPTIONS = { path: 'kv/canary-path', nested: [1, { two: null }] };

describe('providers of secrets', () => {
  let room: Strongroom;
  let alice: As;
  let bob: As;
  let manager: As;
  let otherManager: As;
  const call = (as: As, method: string, key: string, body?: unknown) =>
    room.call(as, method, `${V31}/${key}`, body);
  const optionsOf = async (as: As, key: string) => (await call(as, 'GET', key)).body.provider_options;
  beforeAll(async () => {
    room = await Strongroom.start();
    alice = await room.member('default_tenant', 'alice', 'user');
    bob = await room.member('default_tenant', 'bob', 'user');
    manager = await room.member('default_tenant', 'manager', 'manager');
    otherManager = await room.tenant('elsewhere', 'manager');
  });
  afterAll(() => room.stop());

  it.each(['/api/v3', '/api/v3.1'])('are listed under %s: none', async (version) => {
    const list = await room.call(alice, 'GET', `${version}/secrets-providers?_size=5`);
    expect([list.status, list.body]).toEqual([
      200,
      { items: [], metadata: { pagination: { total: 0, size: 5, offset: 0 } } },
    ]);
    const one = await room.call(alice, 'GET', `${version}/secrets-providers/vault`);
    expect([one.status, one.body.error_code]).toEqual([404, 'not_found_error']);
    expect(one.body.message).toBe('Requested `SecretsProvider` with ID `vault` was not found');
  });

  it.each(['PUT', 'PATCH'])('are not there by name: %s answers 404 and changes nothing', async (method) => {
    await call(ADMIN, 'PUT', 'provided', { value: 'kept', update_if_exists: true });
    const key = method === 'PUT' ? 'not-made' : 'provided';
    const answer = await call(ADMIN, method, key, { value: 'new', provider_name: 'va"ult' });
    expect([answer.status, answer.body.error_code]).toEqual([404, 'not_found_error']);
    expect(answer.body.message).toBe('Requested `SecretsProvider` with ID `va\\"ult` was not found');
    expect((await call(ADMIN, 'GET', 'provided')).body).toMatchObject({ value: 'kept', provider_name: null });
    const [event] = await room.database.asSuperuser(
      `SELECT body::json ->> 'outcome' AS outcome FROM audit_events WHERE body::json ->> 'key' = $1
       ORDER BY at DESC, id DESC OFFSET $2 LIMIT 1`,
      [key, method === 'PUT' ? 0 : 1],
    );
    expect(event).toEqual({ outcome: 'not_found' });
    expect((await call(ADMIN, 'GET', 'not-made')).status).toBe(404);
  });

  it('stand in lists too, where there is one', async () => {
    await call(ADMIN, 'PUT', 'of-vault', { value: 'x' });
    await room.database.asSuperuser(`UPDATE secrets SET provider_name = 'vault' WHERE key = 'of-vault'`);
    expect((await call(ADMIN, 'GET', 'of-vault')).body.provider_name).toBe('vault');
    const list = await room.call(ADMIN, 'GET', `${V31}?key=of-vault`);
    expect(list.body.items).toEqual([expect.objectContaining({ provider_name: 'vault' })]);
    expect((await call(ADMIN, 'PATCH', 'of-vault', { value: 'y' })).body.provider_name).toBe('vault');
  });

  it.each([
    [{ provider_name: null }, '`provider_name` must be a string'],
    [{ provider_name: 5 }, '`provider_name` must be a string'],
    [{ provider_options: null }, '`provider_options` must be an object'],
    [{ provider_options: '{}' }, '`provider_options` must be an object'],
    [{ provider_options: [] }, '`provider_options` must be an object'],
  ])('are refused as %j', async (fields, message) => {
    for (const method of ['PUT', 'PATCH']) {
      const answer = await call(ADMIN, method, 'provided', { value: 'x', ...fields });
      expect([answer.status, answer.body.error_code]).toEqual([400, 'bad_parameters_error']);
      expect(answer.body.message).toContain(message);
    }
  });

  it('have options that the creator and administrators of the tenant read, as JSON text', async () => {
    const put = await call(alice, 'PUT', 'optional', { value: 'x', provider_options: OPTIONS });
    expect([put.status, put.body.provider_options]).toEqual([200, null]);
    for (const as of [alice, manager, ADMIN]) {
      const text = await optionsOf(as, 'optional');
      expect(JSON.parse(text as string)).toEqual(OPTIONS);
    }
    expect(await optionsOf(bob, 'optional')).toBeNull();
    expect((await call(bob, 'GET', 'optional')).body.value).toBe('x');
    const patch = await call(alice, 'PATCH', 'optional', { value: 'y' });
    expect(patch.body.provider_options).toBeNull();
    expect(
      (await call(ADMIN, 'PATCH', 'optional/set-visibility', { visibility: 'global' })).text,
    ).not.toContain('canary');
    expect(JSON.parse((await optionsOf(alice, 'optional')) as string)).toEqual(OPTIONS);
    const foreign = await call(otherManager, 'GET', 'optional');
    expect(foreign.body).toMatchObject({ value: 'y', provider_options: null });
    const lists = await room.call(ADMIN, 'GET', V31);
    expect(lists.text + JSON.stringify(room.logs)).not.toContain('canary-path');
  });

  it('have options that go by `{}`, and change by themselves', async () => {
    await call(alice, 'PUT', 'cleared', { value: 'x', provider_options: OPTIONS });
    const changed = await call(alice, 'PATCH', 'cleared', { provider_options: { path: 'other' } });
    expect(changed.status).toBe(200);
    expect(await optionsOf(alice, 'cleared')).toBe('{"path":"other"}');
    const [row] = await room.database.asSuperuser(
      `SELECT version, revision FROM secrets WHERE key = 'cleared'`,
    );
    expect(row).toEqual({ version: 1, revision: 2 });
    expect((await call(alice, 'PATCH', 'cleared', { provider_options: {} })).status).toBe(200);
    expect(await optionsOf(alice, 'cleared')).toBeNull();
    const [gone] = await room.database.asSuperuser(
      `SELECT provider_options, provider_options_generation FROM secrets WHERE key = 'cleared'`,
    );
    expect(gone).toEqual({ provider_options: null, provider_options_generation: null });
    expect((await call(alice, 'PUT', 'empty', { value: 'x', provider_options: {} })).status).toBe(200);
    expect(await optionsOf(alice, 'empty')).toBeNull();
  });

  it('have options that update_if_exists replaces where it gives some', async () => {
    const again = (body: object) =>
      call(alice, 'PUT', 'replaced', { value: 'x', update_if_exists: true, ...body });
    await again({ provider_options: { path: 'first' } });
    await again({ value: 'y' });
    expect(await optionsOf(alice, 'replaced')).toBe('{"path":"first"}');
    await again({ provider_options: { path: 'second' } });
    expect(await optionsOf(alice, 'replaced')).toBe('{"path":"second"}');
  });

  it('have options that are sealed, and open for their secret only', async () => {
    await call(ADMIN, 'PUT', 'sealed-a', { value: 'x', provider_options: { path: 'canary-a' } });
    await call(ADMIN, 'PUT', 'sealed-b', { value: 'x', provider_options: { path: 'canary-b' } });
    const [row] = await room.database.asSuperuser<{
      bytes: Buffer;
      generation: number;
    }>(
      `SELECT provider_options AS bytes, provider_options_generation AS generation FROM secrets WHERE key = 'sealed-a'`,
    );
    expect([row!.bytes.includes('canary'), row!.bytes.readUInt32BE(1)]).toEqual([false, row!.generation]);
    await room.database.asSuperuser(
      `UPDATE secrets SET provider_options = (SELECT provider_options FROM secrets WHERE key = 'sealed-a')
       WHERE key = 'sealed-b'`,
    );
    const moved = await call(ADMIN, 'GET', 'sealed-b');
    expect([moved.status, moved.text.includes('canary')]).toEqual([500, false]);
    await room.database.asSuperuser(`UPDATE secrets SET provider_options = value WHERE key = 'sealed-b'`);
    expect((await call(ADMIN, 'GET', 'sealed-b')).status).toBe(500);
  });

  it('are bounded in size like values', async () => {
    const answer = await call(ADMIN, 'PUT', 'large', {
      value: 'x',
      provider_options: { path: 'x'.repeat(70_000) },
    });
    expect([answer.status, answer.body.error_code]).toEqual([413, 'too_large']);
  });
});
