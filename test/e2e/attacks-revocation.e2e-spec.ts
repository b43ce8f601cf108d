import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V31 = '/api/v3.1';
const LIST = `${V31}/secrets`;

/**
 * Checks that rights that one replica revokes are gone on the other with its next request, even if it has just admitted
 * the caller.
 */
describe('rights that are taken away elsewhere', () => {
  let room: Strongroom;
  let other: Strongroom;
  let made = 0;
  beforeAll(async () => {
    room = await Strongroom.start();
    other = await room.replica();
    await room.tenant('one', 'manager');
  });
  afterAll(async () => {
    await other.stop();
    await room.stop();
  });

  const take = async (method: string, path: string, body?: unknown): Promise<void> => {
    const answer = await room.call(ADMIN, method, V31 + path, body);
    expect([answer.status < 300, answer.text]).toEqual([true, answer.text]);
  };

  type Taken = readonly [what: string, status: number, take: (name: string) => Promise<void>];
  const TAKEN: readonly Taken[] = [
    ['the password', 401, (name) => take('POST', `/users/${name}`, { password: 'another-password' })],
    ['the account', 401, (name) => take('POST', `/users/active/${name}`, { action: 'deactivate' })],
    [
      'the membership',
      403,
      (name) => take('DELETE', '/tenants/users', { username: name, tenant_name: 'one' }),
    ],
    [
      'the right to write',
      403,
      (name) => take('PATCH', '/tenants/users', { username: name, tenant_name: 'one', role: 'viewer' }),
    ],
  ];

  it.each(TAKEN)('are gone with %s: %i', async (_what, status, takeAway) => {
    const name = `member-${(made += 1)}`;
    const member = await room.member('one', name, 'user');
    const write = () => other.secret(member, 'PUT', `by-${name}-${(made += 1)}`, 'x');
    expect((await write()).status).toBe(200);
    await takeAway(name);
    expect((await write()).status).toBe(status);
  });

  it('are gone with the group, with its role, and with what its role may do', async () => {
    await room.user('grouped', 'password-of-grouped');
    const grouped: As = { login: 'grouped:password-of-grouped', tenant: 'one' };
    await room.group('writers', ['grouped'], { tenant: 'one', role: 'operations' });
    const list = async () => (await other.call(grouped, 'GET', LIST)).status;
    const member = { username: 'grouped', group_name: 'writers' };
    const joined = { group_name: 'writers', tenant_name: 'one' };
    expect(await list()).toBe(200);
    await take('DELETE', '/permissions/operations/secret_list');
    expect(await list()).toBe(403);
    await take('PUT', '/permissions/operations/secret_list');
    expect(await list()).toBe(200);
    await take('DELETE', '/tenants/user-groups', joined);
    expect(await list()).toBe(403);
    await take('PUT', '/tenants/user-groups', { ...joined, role: 'operations' });
    expect(await list()).toBe(200);
    await take('DELETE', '/user-groups/users', member);
    expect(await list()).toBe(403);
  });

  it('are gone with the token, and no token gives back what its owner lost', async () => {
    const owner = await room.member('one', 'owner', 'user');
    const make = async () => String((await room.call(owner, 'POST', `${V31}/tokens`, {})).body.value);
    const [ended, kept] = [await make(), await make()];
    const status = async (token: string) =>
      (await other.call({ tenant: 'one' }, 'GET', LIST, undefined, { 'Authentication-Token': token })).status;
    expect([await status(ended), await status(kept)]).toEqual([200, 200]);
    await take('DELETE', `/tokens/${ended.split('-')[1]!}`);
    expect([await status(ended), await status(kept)]).toEqual([401, 200]);
    await take('DELETE', '/tenants/users', { username: 'owner', tenant_name: 'one' });
    expect(await status(kept)).toBe(403);
    await take('POST', '/users/active/owner', { action: 'deactivate' });
    expect(await status(kept)).toBe(401);
  });

  it('are not found again in a tenant, or in an account, that is made anew under the same name', async () => {
    const first = await room.tenant('again', 'manager');
    expect((await room.secret(first, 'PUT', 'left', 'of the first')).status).toBe(200);
    await room.secret(first, 'DELETE', 'left');
    await take('DELETE', '/tenants/users', { username: 'again-manager', tenant_name: 'again' });
    await take('DELETE', '/tenants/again');
    await take('POST', '/tenants/again');
    expect((await other.secret(first, 'GET', 'left')).status).toBe(403);
    await take('DELETE', '/users/again-manager');
    await take('PUT', '/users', { username: 'again-manager', password: 'password-of-again-manager' });
    expect((await other.secret(first, 'GET', 'left')).status).toBe(403);
    await room.join('again-manager', 'again', 'manager');
    expect((await other.secret(first, 'GET', 'left')).status).toBe(404);
    expect((await other.call(first, 'GET', LIST)).body).toHaveProperty('items', []);
  });
});
