import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN_PASSWORD } from '../support/strongroom.js';
import { CommandRoom, type RecordedJson } from './command-room.js';
import { REFUSED } from './command-table.js';

let command: CommandRoom;
beforeAll(async () => {
  command = await CommandRoom.start();
});
afterAll(() => command.stop());

describe('the installation', () => {
  it('is examined, up to date, and configured as told', async () => {
    expect(await command.json('doctor')).toMatchObject({ healthy: true });
    expect((await command.run('doctor --quiet')).stdout).toBe('');
    expect(await command.json('migrate')).toEqual({ applied: [], mended: [], functions_installed: false });
    const shown = await command.run('config');
    expect(shown.stdout).toMatch(/^DATABASE_URL +postgresql:\/\/test_service\S* +environment$/m);
    expect(shown.stdout).not.toContain(ADMIN_PASSWORD);
  });

  it('has a demo, which can be made twice, works, and leaves nothing but the trail', async () => {
    const state = () =>
      command.room.database
        .asSuperuser(`SELECT (SELECT count(*) FROM tenants WHERE deleted_at IS NULL) AS tenants,
        (SELECT count(*) FROM users WHERE deleted_at IS NULL) AS users, (SELECT count(*) FROM secrets) AS secrets,
        (SELECT count(*) FROM user_groups) AS groups, (SELECT count(*) FROM tenant_users) AS members`);
    const before = await state();
    await command.run('demo');
    const { users, token } = await command.json<{
      users: { username: string; password: string }[];
      token: { value: string };
    }>('demo');
    const login = (name: string) => `${name}:${users.find(({ username }) => username === name)?.password}`;
    const baker = { login: login('demo-baker'), tenant: 'demo-bakery' };
    expect((await command.room.secret(baker, 'GET', 'database.password')).status).toBe(200);
    expect(
      (await command.room.secret({ ...baker, tenant: 'demo-bank' }, 'GET', 'database.password')).status,
    ).toBe(403);
    const guest = { login: login('demo-guest'), tenant: 'demo-bakery' };
    expect((await command.room.secret(guest, 'GET', 'oven.pin')).status).toBe(404);
    expect((await command.room.secret(guest, 'GET', 'supplier.api-key')).body).toMatchObject({ value: '' });
    const headers = { 'Authentication-Token': token.value };
    expect(
      (await command.room.call({ tenant: 'demo-bakery' }, 'GET', '/api/v3/secrets', undefined, headers))
        .status,
    ).toBe(200);
    expect(await command.json('token list --user demo-baker')).toHaveLength(1);
    expect(
      (await command.json<RecordedJson[]>('event list --tenant demo-bakery --action secret.create')).length,
    ).toBeGreaterThan(0);
    expect(await command.run('demo --remove')).toMatchObject({ code: 0, stderr: '' });
    expect(await state()).toEqual(before);
    expect((await command.run('demo --remove')).stdout).toBe('There is nothing that the demo made\n');
  });

  it('keeps what the demo did not make', async () => {
    await command.room.tenant('demo-bank');
    const refused = await command.run('demo');
    expect([refused.code, refused.stderr]).toEqual([
      REFUSED,
      expect.stringMatching(/demo-bank.*did not make/),
    ]);
    expect((await command.run('demo --remove')).stdout).toBe('There is nothing that the demo made\n');
    await command.run('tenant remove-user demo-bank demo-bank-user');
    await command.run('tenant delete demo-bank --yes');
    const { users } = await command.json<{ users: { username: string; password: string }[] }>('demo');
    const [manager] = users;
    const own = { login: `${manager?.username}:${manager?.password}`, tenant: 'demo-bakery' };
    expect((await command.room.secret(own, 'PUT', 'made-by-hand', 'x')).status).toBe(200);
    const kept = await command.run('demo --remove');
    expect([kept.code, kept.stderr]).toEqual([
      REFUSED,
      expect.stringMatching(/Stays: .*demo-bakery.*still holds secrets/),
    ]);
    expect((await command.room.secret(own, 'DELETE', 'made-by-hand')).status).toBe(200);
    expect((await command.run('demo --remove')).code).toBe(0);
  });

  it('is not given a demo in production, unless that is wanted', async () => {
    const { code, stderr } = await command.runWith('NODE_ENV', 'production', 'demo');
    expect([code, stderr]).toEqual([REFUSED, expect.stringContaining('--force')]);
  });

  it('ends with 4 where the installation cannot be opened', async () => {
    const keys = await command.runWith('STRONGROOM_ROOT_KEYS', 'nonsense', 'tenant list');
    expect([keys.code, keys.stderr]).toEqual([4, expect.stringMatching(/^STRONGROOM_ROOT_KEYS/)]);
    const url = command.room.database.ownerUrl.replace('test_owner', 'no_such_owner');
    const owner = await command.runWith('DATABASE_OWNER_URL', url, 'event list');
    expect([owner.code, owner.stderr]).toEqual([4, expect.stringMatching(/^DATABASE_OWNER_URL/)]);
    const config = await command.runWith('STRONGROOM_DATABASE_POOL_SIZE', '1', 'config');
    expect([config.code, config.stderr]).toEqual([
      4,
      expect.stringMatching(/^STRONGROOM_DATABASE_POOL_SIZE/),
    ]);
    expect(config.stdout).toMatch(/^STRONGROOM_DATABASE_POOL_SIZE +1 +environment$/m);
    const json = await command.runWith('STRONGROOM_DATABASE_POOL_SIZE', '1', 'config --json');
    expect([json.code, json.stderr]).toEqual([4, config.stderr]);
    expect(JSON.parse(json.stdout)).toContainEqual(
      expect.objectContaining({
        name: 'STRONGROOM_DATABASE_POOL_SIZE',
        value: '1',
        source: 'environment',
      }),
    );
  });

  it('makes passwords as long as the installation demands', async () => {
    expect((await command.runWith('STRONGROOM_PASSWORD_MIN_LENGTH', '40', 'demo')).code).toBe(0);
    const { users } = await command.json<{ users: { password: string }[] }>('demo');
    expect(users.length).toBeGreaterThan(0);
    expect((await command.run('demo --remove')).code).toBe(0);
  });
});
