import { toUserV3 } from '../../administration/users/user.mapper.js';
import { printable } from '../../common/printable.js';
import { requireSystemRole } from '../../users/permissions/roles.js';
import { UserAdministration } from '../../users/user-administration.service.js';
import { UserDirectory } from '../../users/user-directory.service.js';
import type { DescribedUser } from '../../users/user-overview.js';
import type { Call } from '../commands/command-spec.js';
import { list, record, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';
import { allPages } from './all-pages.js';
import { changeBy } from './change.js';
import { requireConfirmation } from './confirmed.js';

export function listUsers({ io }: Call): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const directory = services.get(UserDirectory);
    const users = await allPages((options) => directory.list(options, caller));
    return list(
      users.map((user) => userJson(user)),
      {
        columns: [
          ['NAME', ({ username }) => username],
          ['SYSTEM ROLE', ({ role }) => role],
          ['ACTIVE', ({ active }) => active],
          ['LOCKED', ({ is_locked: locked }) => locked],
          ['TENANTS', ({ tenants }) => tenants],
          ['GROUPS', ({ groups }) => groups],
          ['LAST LOGIN', ({ last_login_at: at }) => at ?? 'never'],
        ],
        id: ({ username }) => username,
        none: 'There are no users',
      },
    );
  });
}

export function showUser({ io, args: [name] }: Call<[string]>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const described = await services.get(UserDirectory).read(name, caller);
    const { user, locked, tenantRoles, groups } = described;
    return record(userJson(described, true), user.username, [
      ['User', user.username],
      ['System role', user.systemRole],
      ['Active', user.active],
      ['Locked', locked],
      [
        'Tenants',
        tenantRoles.map(
          ({ tenant, role, group }) => `${tenant} (${role}${group === null ? '' : ` through ${group}`})`,
        ),
      ],
      ['Groups', groups.map(({ name: group, systemRole }) => `${group} (${systemRole})`)],
      ['Created', user.createdAt.toISOString()],
      ['Last login', user.lastLoginAt?.toISOString() ?? 'never'],
    ]);
  });
}

export function setRole({ io, args: [name], options }: Call<[string], { role: string }>): Promise<Output> {
  const role = requireSystemRole(options.role);
  return changeBy(
    UserAdministration,
    io,
    `The system role of ${name} is now ${role}`,
    { user: name, role },
    (administration, caller) => administration.setRole(name, role, caller),
  );
}

export function activateUser({ io, args: [name] }: Call<[string]>): Promise<Output> {
  return changeBy(
    UserAdministration,
    io,
    `${name} is active`,
    { user: name, active: true },
    (administration, caller) => administration.setActive(name, true, caller),
  );
}

export function deactivateUser({ io, args: [name] }: Call<[string]>): Promise<Output> {
  return changeBy(
    UserAdministration,
    io,
    `${name} is not active any more`,
    { user: name, active: false },
    (administration, caller) => administration.setActive(name, false, caller),
  );
}

export function unlockUser({ io, args: [name] }: Call<[string]>): Promise<Output> {
  return changeBy(UserAdministration, io, `${name} is unlocked`, { user: name }, (administration, caller) =>
    administration.unlock(name, caller),
  );
}

export async function deleteUser({
  io,
  args: [name],
  options,
}: Call<[string], { yes?: true }>): Promise<Output> {
  await requireConfirmation(io, `Delete the user ${printable(name)}?`, options);
  return changeBy(
    UserAdministration,
    io,
    `Deleted the user ${name}`,
    { user: name },
    (administration, caller) => administration.delete(name, caller),
  );
}

/** Returns a user as the API shows it, without the fields that only Cloudify has a use for. */
function userJson(user: DescribedUser, withData = false) {
  const { password_hash: _hash, show_getting_started: _shown, ...json } = toUserV3(user, withData, 'v3.1');
  return json;
}
