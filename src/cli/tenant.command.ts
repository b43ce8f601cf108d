import { Command, Option } from 'commander';
import { TenantsService } from '../tenants/tenants.service.js';
import { TenantMembersService } from '../users/tenant-members.service.js';
import type { Terminal } from './terminal.js';
import { withServices } from './with-services.js';

const ROLES = ['manager', 'user', 'operations', 'viewer'];

export function tenantCommand(io: Terminal): Command {
  return new Command('tenant')
    .description('tenants and their members')
    .addCommand(create(io))
    .addCommand(addUser(io));
}

function create(io: Terminal): Command {
  return new Command('create')
    .description('create a tenant with a key of its own')
    .argument('<name>', 'a letter, then letters, digits, `-`, `.`, `_`, `~`; at most 256')
    .action((name: string) =>
      withServices(io, async (services, caller) => {
        await services.get(TenantsService).create(name, caller);
        io.write(`Created the tenant ${name}\n`);
      }),
    );
}

function addUser(io: Terminal): Command {
  const role = new Option('--role <role>', 'what the user may do there').choices(ROLES).makeOptionMandatory();
  return new Command('add-user')
    .description('add a user to a tenant')
    .argument('<tenant>', "the tenant's name")
    .argument('<username>', "the user's name")
    .addOption(role)
    .action((tenant: string, username: string, options: { role: string }) =>
      withServices(io, async (services, caller) => {
        const membership = { kind: 'user', tenantName: tenant, name: username } as const;
        await services.get(TenantMembersService).addByOperator(membership, options.role, caller);
        io.write(`${username} is now ${options.role} in ${tenant}\n`);
      }),
    );
}
