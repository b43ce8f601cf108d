import { commandName } from '../../common/command-name.js';
import { DEFAULT_TENANT } from '../../tenants/tenant-creation.js';
import { requireSystemRole } from '../../users/permissions/roles.js';
import { UsersService } from '../../users/users.service.js';
import type { Call } from '../commands/command-spec.js';
import { done, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';

export async function createUser({
  io,
  args: [username],
  options,
}: Call<[string], { role: string }>): Promise<Output> {
  const systemRole = requireSystemRole(options.role);
  const password = await io.readPassword('Password');
  return withServices(io, async (services, caller) => {
    await services.get(UsersService).create({ username, password, systemRole }, caller);
    return done(`Created the user ${username}`, { user: username, role: systemRole }, [
      `To add the user to a tenant:  ${commandName()} tenant add-user ${DEFAULT_TENANT} ${username} --role user`,
    ]);
  });
}

export async function setPassword({
  io,
  args: [username],
  options: { endTokens = false },
}: Call<[string], { endTokens?: boolean }>): Promise<Output> {
  const password = await io.readPassword('New password');
  return withServices(io, async (services, caller) => {
    await services.get(UsersService).setPassword(username, password, caller, { endTokens });
    return done(`Changed the password of ${username}`, { user: username, tokens_ended: endTokens });
  });
}
