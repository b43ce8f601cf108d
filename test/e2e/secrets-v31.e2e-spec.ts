import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V31 = '/api/v3.1/secrets';
const ITEM = [
  ...['key', 'created_at', 'updated_at', 'visibility', 'resource_availability', 'is_hidden_value'],
  ...['tenant_name', 'created_by', 'provider_name', 'description', 'expires_at', 'is_expired', 'labels'],
];
const FULL = [...ITEM, 'value', 'version', 'max_versions', 'private_resource', 'schema', 'provider_options'];

describe('the secrets of version 3.1', () => {
  let room: Strongroom;
  let user: As;
  const call = (method: string, path: string, body?: unknown, as = ADMIN) =>
    room.call(as, method, `${V31}${path}`, body);
  beforeAll(async () => {
    room = await Strongroom.start();
    user = await room.member('default_tenant', 'plain', 'user');
  });
  afterAll(() => room.stop());

  it('have the fields that clients ask for, and a value only where it is read', async () => {
    const put = await call('PUT', '/shaped', { value: 'kept' });
    expect(Object.keys(put.body).sort()).toEqual([...FULL].sort());
    expect(put.body).toMatchObject({
      key: 'shaped',
      value: '',
      visibility: 'tenant',
      resource_availability: 'tenant',
      private_resource: false,
      is_hidden_value: false,
      schema: null,
    });
    expect((await call('GET', '/shaped')).body).toEqual({ ...put.body, value: 'kept' });
    expect((await call('PATCH', '/shaped', { value: 'changed' })).body.value).toBe('');
    expect((await call('GET', '/shaped')).body.value).toBe('changed');
    const list = await call('GET', '');
    const [item = {}] = list.body.items as object[];
    expect(Object.keys(item).sort()).toEqual([...ITEM].sort());
  });

  it('are the same as those of version 3', async () => {
    await room.secret(ADMIN, 'PUT', 'both', 'from v3');
    expect((await call('GET', '/both')).body.value).toBe('from v3');
    await call('PATCH', '/both', { value: 'from v3.1' });
    expect((await room.secret(ADMIN, 'GET', 'both')).body.value).toBe('from v3.1');
  });

  it.each(['true', 'True', 'TRUE'])('leave the value out where _skip_value is %s', async (flag) => {
    await call('PUT', '/skipped', { value: 'x', update_if_exists: true });
    expect((await call('GET', `/skipped?_skip_value=${flag}`)).body.value).toBe('');
    expect((await call('GET', '/skipped?_skip_value=False')).body.value).toBe('x');
    expect((await call('GET', '/skipped?_skip_value=perhaps')).status).toBe(400);
  });

  it('are gone with an empty 204', async () => {
    await call('PUT', '/gone', { value: 'x' });
    const answer = await call('DELETE', '/gone');
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await call('DELETE', '/gone')).status).toBe(404);
  });

  it('get the value of an update_if_exists, and nothing else of it', async () => {
    await call('PUT', '/again', { value: 'first', is_hidden_value: true });
    const body = { value: 'second', update_if_exists: true, visibility: 'private', is_hidden_value: false };
    const put = await call('PUT', '/again', body);
    expect([put.status, put.body.visibility, put.body.is_hidden_value]).toEqual([200, 'tenant', true]);
    expect((await call('GET', '/again')).body.value).toBe('second');
    const hidden = await call('PUT', '/again', { value: 'third', update_if_exists: true }, user);
    expect([hidden.status, hidden.body.error_code]).toEqual([403, 'forbidden_error']);
    expect((await call('GET', '/again')).body.value).toBe('second');
    expect((await call('PUT', '/again', { value: 'x' })).status).toBe(409);
  });

  it('can only be seen by more', async () => {
    await call('PUT', '/wider', { value: 'x', visibility: 'private' });
    expect((await call('PATCH', '/wider', { visibility: 'private' })).status).toBe(200);
    expect((await call('PATCH', '/wider/set-visibility', { visibility: 'tenant' })).body.visibility).toBe(
      'tenant',
    );
    const narrower = await call('PATCH', '/wider', { visibility: 'private' });
    expect([narrower.status, narrower.body.error_code]).toEqual([400, 'illegal_action_error']);
    const byUser = await call('PATCH', '/wider/set-visibility', { visibility: 'global' }, user);
    expect([byUser.status, byUser.body.error_code]).toEqual([403, 'forbidden_error']);
    expect((await call('PATCH', '/wider/set-visibility', { visibility: 'global' })).body.visibility).toBe(
      'global',
    );
    expect((await call('GET', '/wider')).body).toMatchObject({ value: 'x', visibility: 'global' });
  });

  it.each([
    ['PATCH', '/wider/set-visibility', {}, 400, 'bad_parameters_error'],
    ['PATCH', '/wider/set-visibility', { visibility: 'private' }, 400, 'bad_parameters_error'],
    ['PATCH', '/no-such/set-visibility', { visibility: 'tenant' }, 404, 'not_found_error'],
    ['PATCH', '/wider', {}, 400, 'illegal_action_error'],
    ['PATCH', '/wider', { value: '' }, 400, 'bad_parameters_error'],
    ['PATCH', '/wider', { is_hidden_value: 'perhaps' }, 400, 'bad_parameters_error'],
    ['PUT', '/new', { value: 'x', visibility: 'everybody' }, 400, 'bad_parameters_error'],
    ['PUT', '/new', {}, 400, 'bad_parameters_error'],
    ['GET', '/no-such', undefined, 404, 'not_found_error'],
    ['GET', '/a?value=x', undefined, 400, 'bad_parameters_error'],
  ])('answer %s %s %j with %i %s', async (method, path, body, status, code) => {
    const answer = await call(method, path, body);
    expect([answer.status, answer.body.error_code]).toEqual([status, code]);
  });

  it('let nobody make a global secret without the right to', async () => {
    const answer = await call('PUT', '/by-user', { value: 'x', visibility: 'global' }, user);
    expect([answer.status, answer.body.error_code]).toEqual([403, 'forbidden_error']);
    expect((await call('GET', '/by-user')).status).toBe(404);
    const events = await room.database.asSuperuser(
      `SELECT body::json ->> 'outcome' AS outcome FROM audit_events
       WHERE body::json ->> 'action' = 'secret.create' AND body::json ->> 'key' = 'by-user'`,
    );
    expect(events).toEqual([{ outcome: 'forbidden' }]);
  });
});
