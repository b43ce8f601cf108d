import { ADMIN, type As, type Strongroom } from '../support/strongroom.js';

/** Creates the callers that the table of access names, with the tenants `one` and `two`. */
export async function accessCallers(room: Strongroom): Promise<ReadonlyMap<string, As>> {
  const callers = new Map<string, As>();
  const stranger = async (name: string): Promise<void> => {
    await room.user(name, `password-of-${name}`);
    callers.set(name, { login: `${name}:password-of-${name}` });
  };
  callers.set('admin', ADMIN);
  callers.set('manager', await room.tenant('one', 'manager'));
  callers.set('manager2', await room.tenant('two', 'manager'));
  for (const role of ['user', 'operations', 'viewer']) {
    callers.set(role, await room.member('one', `one-${role}`, role));
    callers.set(`${role}2`, await room.member('two', `two-${role}`, role));
  }
  callers.set('creator', await room.member('one', 'creator', 'user'));
  await room.join('creator', 'two', 'user');
  callers.set('demoted', await room.member('one', 'demoted', 'viewer'));
  for (const name of ['outsider', 'sys_admin-by-group', 'manager-by-group', 'user-by-group'])
    await stranger(name);
  for (const name of ['operations-by-group', 'viewer-by-group']) await stranger(name);
  callers.set('viewer-and-user-by-group', await room.member('one', 'viewer-and-user-by-group', 'viewer'));
  for (const role of ['manager', 'user', 'operations', 'viewer'])
    await room.group(`all-${role}s`, [`${role}-by-group`], { tenant: 'one', role });
  await room.group('sys_admins', ['sys_admin-by-group'], { systemRole: 'sys_admin' });
  await room.group('more-users', ['viewer-and-user-by-group'], { tenant: 'one', role: 'user' });
  return callers;
}
