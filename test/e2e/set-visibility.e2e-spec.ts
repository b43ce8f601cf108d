import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const SEED_FIELDS = ['created_at', 'created_by', 'key', 'permission', 'tenant_name', 'updated_at', 'value'];

describe.each([
  ['/api/v3/secrets', 'x'],
  ['/api/v3.1/secrets', ''],
])('%s', (secrets, shown) => {
  let room: Strongroom;
  let user: As;
  const call = (method: string, path: string, body?: unknown, as = ADMIN) =>
    room.call(as, method, `${secrets}/${path}`, body);
  const visibilityOf = async (key: string, as = ADMIN) =>
    (await room.call(as, 'GET', `/api/v3.1/secrets/${key}`)).body.visibility;
  beforeAll(async () => {
    room = await Strongroom.start();
    user = await room.member('default_tenant', 'plain', 'user');
  });
  afterAll(() => room.stop());

  it('sets a visibility, and answers with the secret', async () => {
    await call('PUT', 'widened', { value: 'x', visibility: 'private' }, user);
    const widened = await call('PATCH', 'widened/set-visibility', { visibility: 'tenant' }, user);
    expect([widened.status, widened.body.value]).toEqual([200, shown]);
    if (secrets.startsWith('/api/v3/')) expect(Object.keys(widened.body).sort()).toEqual(SEED_FIELDS);
    else expect(widened.body).toMatchObject({ visibility: 'tenant', private_resource: false });
    expect(await visibilityOf('widened')).toBe('tenant');
    const missing = await call('PATCH', 'widened/set-visibility', {});
    expect([missing.status, missing.body.error_code]).toEqual([400, 'bad_parameters_error']);
  });

  it('does not wait for a key, nor keep others from it, for who may make nothing global', async () => {
    await call('PUT', 'guarded', { value: 'x' });
    const holder = new pg.Client({ connectionString: room.database.superuserUrl });
    await holder.connect();
    // Takes the lock like an import that uses the key. Requests that wait for it are answered 503.
    await holder.query("SELECT pg_advisory_lock_shared(secret_key_bucket('guarded'))");
    const paths = ['guarded/set-global', 'guarded/set-visibility', 'guarded'];
    for (const path of paths) {
      const body = path.endsWith('set-global') ? undefined : { visibility: 'global' };
      expect([path, (await call('PATCH', path, body, user)).status]).toEqual([path, 403]);
    }
    await holder.end();
  });

  it.each([undefined, {}])('makes a secret global with the body %j', async (body) => {
    const key = `global-${body === undefined ? 'bare' : 'empty'}`;
    await call('PUT', key, { value: 'x' });
    const made = await call('PATCH', `${key}/set-global`, body);
    expect([made.status, made.body.value]).toEqual([200, shown]);
    if (secrets.startsWith('/api/v3/')) expect(Object.keys(made.body).sort()).toEqual(SEED_FIELDS);
    expect(await visibilityOf(key)).toBe('global');
    expect((await call('PATCH', `${key}/set-global`)).status).toBe(200);
  });

  it('takes a request with the content type of JSON and no byte of it, as clients send it', async () => {
    await call('PUT', 'bodyless', { value: 'x' });
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '0' };
    const made = await room.call(ADMIN, 'PATCH', `${secrets}/bodyless/set-global`, undefined, headers);
    expect(made.status).toBe(200);
    expect(await visibilityOf('bodyless')).toBe('global');
  });

  it('lets nobody make a secret global without the right to', async () => {
    await call('PUT', 'of-user', { value: 'x' }, user);
    const refused = await call('PATCH', 'of-user/set-global', undefined, user);
    expect([refused.status, refused.body.error_code]).toEqual([403, 'forbidden_error']);
    expect(await visibilityOf('of-user', user)).toBe('tenant');
    expect((await call('PATCH', 'no-such/set-global')).status).toBe(404);
    expect((await call('PATCH', '1bad/set-global')).status).toBe(400);
  });

  it('makes no second secret of a key global', async () => {
    const other = await room.tenant('other', 'user');
    await call('PUT', 'twice', { value: 'x' }, other);
    await call('PUT', 'twice', { value: 'x' });
    const refused = await call('PATCH', 'twice/set-global');
    expect([refused.status, refused.body.error_code]).toEqual([409, 'conflict_error']);
    expect(await visibilityOf('twice')).toBe('tenant');
  });
});
