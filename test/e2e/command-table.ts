import { expect } from '@jest/globals';
import type { Answers } from '../support/recorded-terminal.js';

export const NOT_FOUND = 3;
export const REFUSED = 1;

type Change = [line: string, sentence: string, event: string, answers?: Answers];
type List = [line: string, id: string, fields: object];
type Shown = [line: string, fields: object];
type Refused = [line: string, code: number, message: RegExp, answers?: Answers];

/** Lists changes in the order in which they build on each other, what they print, and the event that they leave. */
export const CHANGES: Change[] = [
  ['tenant create payments', 'Created the tenant payments', 'tenant.create payments'],
  ['tenant create billing', 'Created the tenant billing', 'tenant.create billing'],
  ['user create alice', 'Created the user alice', 'user.create alice', { password: 'first-password' }],
  ['user create bob', 'Created the user bob', 'user.create bob', { password: 'bobs-password' }],
  [
    'user set-password alice',
    'Changed the password of alice',
    'user.set_password alice',
    { password: 'alices-password' },
  ],
  [
    'tenant add-user payments alice --role viewer',
    'alice is now viewer in payments',
    'tenant.add_user payments/alice',
  ],
  [
    'tenant set-role payments alice --role user',
    'alice is now user in payments',
    'tenant.update_user payments/alice',
  ],
  ['tenant add-user payments bob --role user', 'bob is now user in payments', 'tenant.add_user payments/bob'],
  [
    'tenant remove-user payments bob',
    'bob is no longer a member of payments',
    'tenant.remove_user payments/bob',
  ],
  ['group create developers', 'Created the user group developers', 'user_group.create developers'],
  [
    'group add-user developers bob',
    'bob is now a member of developers',
    'user_group.add_user developers/bob',
  ],
  [
    'group set-role developers --role sys_admin',
    'The system role of the users of developers is now sys_admin',
    'user_group.set_role developers',
  ],
  [
    'group set-role developers --role default',
    'The system role of the users of developers is now default',
    'user_group.set_role developers',
  ],
  [
    'tenant add-group payments developers --role viewer',
    'developers is now viewer in payments',
    'tenant.add_user_group payments/developers',
  ],
  [
    'tenant set-group-role payments developers --role user',
    'developers is now user in payments',
    'tenant.update_user_group payments/developers',
  ],
  ['user set-role bob --role sys_admin', 'The system role of bob is now sys_admin', 'user.set_role bob'],
  ['user set-role bob --role default', 'The system role of bob is now default', 'user.set_role bob'],
  ['user deactivate bob', 'bob is not active any more', 'user.deactivate bob'],
  ['user activate bob', 'bob is active', 'user.activate bob'],
  [
    'permission grant viewer secret_export',
    'The role viewer has the permission secret_export now',
    'permission.add viewer/secret_export',
  ],
  [
    'permission revoke viewer secret_export',
    'The role viewer no longer has the permission secret_export',
    'permission.remove viewer/secret_export',
  ],
  ['maintenance on', 'Maintenance mode is on', 'maintenance.activate null'],
  ['maintenance off', 'Maintenance mode is off', 'maintenance.deactivate null'],
  ['lock clear --all', 'Ended all locks (0)', 'lock.clear null'],
  ['token delete-all alice --yes', 'Ended all tokens of alice', 'token.delete_all alice'],
];

/** Lists what prints a list, an id in it, and fields of that item. */
export const LISTS: List[] = [
  ['tenant list', 'payments', { name: 'payments', users: 2, groups: 1 }],
  ['user list', 'alice', { username: 'alice', role: 'default', active: true, is_locked: false }],
  ['group list', 'developers', { name: 'developers', role: 'default', tenants: 1, users: 1 }],
  ['role list', 'viewer', { name: 'viewer', type: 'tenant_role' }],
  ['permission list --role viewer', 'viewer secret_get', { role: 'viewer', permission: 'secret_get' }],
];

/** Lists what shows one thing, and its fields. */
export const SHOWN: Shown[] = [
  [
    'tenant show payments',
    { name: 'payments', groups: { developers: 'user' }, user_roles: expect.anything() },
  ],
  ['user show Alice', { username: 'alice', tenant_roles: { direct: { payments: 'user' }, groups: {} } }],
  ['group show developers', { name: 'developers', tenants: { payments: 'user' }, users: ['bob'] }],
  ['role show viewer', { name: 'viewer', permissions: expect.arrayContaining(['secret_get']) }],
  ['permission show secret_create', { roles: ['manager', 'sys_admin', 'user'] }],
  ['maintenance status', { maintenance: false, since: null, by: null }],
];

/** Lists what is refused after the changes, with the exit code and the line. */
export const REFUSALS: Refused[] = [
  ['tenant create payments', REFUSED, /already exists/],
  ['tenant create 1bad', REFUSED, /letter/],
  ['tenant delete nowhere --yes', NOT_FOUND, /`nowhere` was not found/],
  ['tenant delete payments --yes', REFUSED, /still has users/],
  ['tenant delete default_tenant --yes', REFUSED, /can never be deleted/],
  ['tenant show nowhere', NOT_FOUND, /not found/],
  ['tenant set-role nowhere alice --role user', NOT_FOUND, /`nowhere` was not found/],
  ['tenant remove-user billing alice', NOT_FOUND, /not a member/],
  ['tenant add-group payments nobody --role user', NOT_FOUND, /not found/],
  ['tenant remove-group billing developers', NOT_FOUND, /not a member/],
  ['user unlock alice', REFUSED, /not locked/],
  ['user show nobody', NOT_FOUND, /not found/],
  ['user create admin', REFUSED, /already exists/, { password: 'long-enough' }],
  ['user create carol', REFUSED, /password/, { password: 'abc' }],
  ['user set-role admin --role default', REFUSED, /last active sys_admin/],
  ['user deactivate admin', REFUSED, /last active sys_admin/],
  ['user delete admin --yes', REFUSED, /last active sys_admin/],
  ['user delete alice --yes', REFUSED, /has secrets/],
  ['group delete nobody --yes', NOT_FOUND, /not found/],
  ['group remove-user developers alice', NOT_FOUND, /not a member/],
  ['permission grant viewer secret_get', REFUSED, /already has/],
  ['permission revoke sys_admin user_set_role', REFUSED, /nobody could give it back/],
  ['token delete nonsense', NOT_FOUND, /not found/],
  ['token show nonsense', NOT_FOUND, /not found/],
  ['lock show nobody', NOT_FOUND, /not found/],
];
