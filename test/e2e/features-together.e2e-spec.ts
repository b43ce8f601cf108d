import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const SECRETS = '/api/v3.1/secrets';
const SETTINGS = '/api/v3.1/tenants/payments/settings';

let room: Strongroom;
let manager: As;
let user: As;
let made = 0;
beforeAll(async () => {
  room = await Strongroom.start();
  manager = await room.tenant('payments', 'manager');
  user = await room.member('payments', 'ulla', 'user');
});
afterAll(() => room.stop());

const ask = (as: As, method: string, path: string, body?: unknown) => room.call(as, method, path, body);
const expire = (key: string) =>
  room.database.asSuperuser(`UPDATE secrets SET expires_at = now() - interval '1 minute' WHERE key = $1`, [
    key,
  ]);
const eventsOf = (key: string) =>
  room.database.asSuperuser<{ event: string }>(
    `SELECT action || ' ' || outcome AS event FROM audit_events WHERE key = $1 ORDER BY id`,
    [key],
  );
const versionsOf = async (key: string): Promise<number> => {
  const { body } = await ask(manager, 'GET', `${SECRETS}/${key}/versions`);
  return (body.items as unknown[]).length;
};

/** Makes a secret with as many versions. */
async function write(key: string, versions: number, more: object = {}): Promise<void> {
  expect((await ask(user, 'PUT', `${SECRETS}/${key}`, { value: 'v1', ...more })).status).toBe(200);
  for (let version = 2; version <= versions; version += 1)
    expect((await ask(user, 'PATCH', `${SECRETS}/${key}`, { value: `v${version}` })).status).toBe(200);
}

describe('features together', () => {
  it.each(['?version=1', '?version=7', '?at=2999-01-01T00:00:00Z'])(
    'an expired secret gives no version, and each attempt is recorded: %s',
    async (choice) => {
      const key = `expired-${(made += 1)}`;
      await write(key, 2, { expires_at: '+1h' });
      await expire(key);
      for (const as of [user, manager]) {
        const { status, body, text } = await ask(as, 'GET', `${SECRETS}/${key}${choice}`);
        expect([status, body.error_code]).toEqual([410, 'secret_expired']);
        expect(text).not.toContain('v1');
      }
      const recorded = (await eventsOf(key)).map(({ event }) => event).slice(2);
      expect(recorded).toEqual(['secret.read expired', 'secret.read expired']);
    },
  );

  it('an expired secret that moves stays expired, and the answer says so', async () => {
    await write('expiring', 1, { expires_at: '+1h' });
    await expire('expiring');
    const moved = await ask(user, 'POST', `${SECRETS}/expiring/move`, { key: 'expired.still' });
    expect([moved.status, moved.body.is_expired]).toEqual([200, true]);
    expect(moved.body.expires_at).toMatch(/^\d{4}-/);
    expect((await ask(user, 'GET', `${SECRETS}/expired.still`)).status).toBe(410);
  });

  it('versions beyond a lowered limit stay until the next value: moves and other changes end none', async () => {
    for (const key of ['kept.a', 'kept.b', 'kept.c']) await write(key, 5);
    expect((await ask(manager, 'PATCH', SETTINGS, { max_versions: 2 })).status).toBe(200);
    try {
      expect((await ask(user, 'PATCH', `${SECRETS}/kept.a`, { description: 'x' })).status).toBe(200);
      const unchanged = { description: 'y', max_versions: null };
      expect((await ask(user, 'PATCH', `${SECRETS}/kept.a`, unchanged)).status).toBe(200);
      expect(await versionsOf('kept.a')).toBe(5);
      expect((await ask(user, 'POST', `${SECRETS}/kept.b/move`, { key: 'kept.d' })).status).toBe(200);
      const prefix = { from_prefix: 'kept.', to_prefix: 'held.' };
      expect((await ask(user, 'POST', '/api/v3.1/bulk/secrets/move', prefix)).status).toBe(200);
      for (const key of ['held.a', 'held.c', 'held.d']) expect(await versionsOf(key)).toBe(5);
      expect((await ask(user, 'GET', `${SECRETS}/held.d?version=1`)).body.value).toBe('v1');
      expect((await ask(user, 'PATCH', `${SECRETS}/held.a`, { value: 'next' })).status).toBe(200);
      expect(await versionsOf('held.a')).toBe(2);
    } finally {
      await ask(manager, 'PATCH', SETTINGS, { max_versions: 20 });
    }
  });

  it('a global secret gets another key from those only who may make one global, and tells no other of taken keys', async () => {
    await write('global.one', 1);
    const path = `${SECRETS}/global.one`;
    expect((await ask({ ...ADMIN, tenant: 'payments' }, 'PATCH', `${path}/set-global`)).status).toBe(200);
    await room.tenant('other', 'manager');
    const taken = { value: 'x', visibility: 'private' };
    expect((await ask({ ...ADMIN, tenant: 'other' }, 'PUT', `${SECRETS}/taken`, taken)).status).toBe(200);
    for (const as of [user, manager])
      for (const key of ['taken', 'free']) {
        const single = await ask(as, 'POST', `${path}/move`, { key });
        expect([single.status, single.body.error_code]).toEqual([403, 'forbidden_error']);
        const prefix = { from_prefix: 'global.one', to_prefix: key, dry_run: true };
        const { body } = await ask(as, 'POST', '/api/v3.1/bulk/secrets/move', prefix);
        expect(JSON.stringify(body)).not.toContain('nother tenant');
        expect(JSON.stringify(body)).toContain('system administrator');
      }
    expect((await ask(user, 'GET', path)).body.value).toBe('v1');
  });

  it('a copy keeps as many versions as its tenant says', async () => {
    await room.tenant('narrow', 'manager');
    const bounds = { max_versions_upper_bound: 5, max_versions: 5 };
    const admin = { ...ADMIN, tenant: 'narrow' };
    expect((await ask(admin, 'PATCH', '/api/v3.1/tenants/narrow/settings', bounds)).status).toBe(200);
    await write('many', 1, { max_versions: 50 });
    const of = { ...ADMIN, tenant: 'payments' };
    const copied = await ask(of, 'POST', `${SECRETS}/many/copy`, { tenant: 'narrow', key: 'many' });
    expect([copied.status, copied.body.max_versions]).toEqual([201, null]);
  });

  it('update_if_exists sets max_versions, with the right to end versions', async () => {
    await write('limited', 4);
    const limit = { value: 'v5', update_if_exists: true, max_versions: 2 };
    expect((await ask(user, 'PUT', `${SECRETS}/limited`, limit)).status).toBe(403);
    expect(await versionsOf('limited')).toBe(4);
    const { status, body } = await ask(manager, 'PUT', `${SECRETS}/limited`, limit);
    expect([status, body.max_versions]).toEqual([200, 2]);
    expect(await versionsOf('limited')).toBe(2);
  });

  it.each([
    ['a user', false],
    ['a manager', true],
  ])('the options of a deleted user are for administrators: restored by %s', async (_, isManager) => {
    const leaver = await room.member('payments', `leaver-${isManager}`, 'user');
    const key = `left-${isManager}`;
    const given = { value: 'v', provider_options: { token: 'canary' } };
    expect((await ask(leaver, 'PUT', `${SECRETS}/${key}`, given)).status).toBe(200);
    const id = (await ask(user, 'DELETE', `${SECRETS}/${key}`)).headers['strongroom-trash-id'] as string;
    expect((await ask(ADMIN, 'DELETE', `/api/v3.1/users/leaver-${isManager}`)).status).toBeLessThan(300);
    const as = isManager ? manager : user;
    expect((await ask(as, 'POST', `/api/v3.1/trash/secrets/${id}/restore`)).status).toBe(200);
    const { text, body } = await ask(as, 'GET', `${SECRETS}/${key}`);
    expect([body.value, text.includes('canary')]).toEqual(['v', isManager]);
  });
});
