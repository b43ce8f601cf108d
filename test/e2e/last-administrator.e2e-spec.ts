import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const ACTS = [
  [
    'deactivate',
    'POST',
    'users/active/',
    { action: 'deactivate' },
    'Cannot deactivate the last active sys_admin',
  ],
  ['demote', 'POST', 'users/', { role: 'default' }, 'Cannot modify the role of the last active sys_admin'],
  ['delete', 'DELETE', 'users/', undefined, 'Cannot delete the last active sys_admin'],
] as const;

describe('the last active system administrator', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.user('second', 'password');
    await room.user('third', 'password');
  });
  afterAll(() => room.stop());
  beforeEach(() =>
    room.database.asSuperuser(
      "UPDATE users SET active = true, deleted_at = NULL, system_role = CASE username WHEN 'admin' THEN 'sys_admin' ELSE 'default' END",
    ),
  );

  const act = ([, method, path, body]: (typeof ACTS)[number], name: string, as: As = ADMIN) =>
    room.call(as, method, `/api/v3.1/${path}${name}`, body);
  const left = async () => {
    const [row] = await room.database.asSuperuser<{ n: number }>(
      "SELECT count(*)::int AS n FROM users WHERE system_role = 'sys_admin' AND active AND deleted_at IS NULL",
    );
    return row?.n;
  };

  it.each(ACTS)('is there to stay: %s', async (...one) => {
    const answer = await act(one, 'admin');
    expect([answer.status, answer.body.error_code]).toEqual([409, 'conflict_error']);
    expect(answer.body.message).toContain(one[4]);
    expect(await left()).toBe(1);
  });

  it.each(ACTS)('is not one of two: %s', async (...one) => {
    await room.call(ADMIN, 'POST', '/api/v3.1/users/second', { role: 'sys_admin' });
    expect((await act(one, 'second')).status).toBeLessThan(300);
    expect((await act(one, 'admin')).status).toBe(409);
  });

  it('does not count those who are inactive', async () => {
    await room.call(ADMIN, 'POST', '/api/v3.1/users/second', { role: 'sys_admin' });
    await room.call(ADMIN, 'POST', '/api/v3.1/users/active/second', { action: 'deactivate' });
    for (const one of ACTS) expect((await act(one, 'admin')).status).toBe(409);
    expect((await act(ACTS[1], 'second')).status).toBe(200);
  });

  it.each(ACTS)('survives two who go at once: %s', async (...one) => {
    for (let round = 0; round < 5; round += 1) {
      await room.database.asSuperuser(
        "UPDATE users SET active = true, deleted_at = NULL, system_role = CASE username WHEN 'admin' THEN 'default' ELSE 'sys_admin' END",
      );
      const [second, third] = ['second', 'third'].map((name) => ({ login: `${name}:password` }));
      await Promise.all([second, third].map((as) => room.call(as!, 'GET', '/api/v3.1/user')));
      const answers = await Promise.all([act(one, 'second', third), act(one, 'third', second)]);
      const refused = answers.filter(({ status }) => status >= 300);
      expect(refused).toHaveLength(1);
      // A caller that has just lost the rights is refused at once.
      expect([401, 403, 409]).toContain(refused[0]?.status);
      expect(await left()).toBe(1);
    }
  });
});
