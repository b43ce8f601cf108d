import { TenantMembersService, type Membership } from '../../users/tenant-members.service.js';
import type { Call } from '../commands/command-spec.js';
import type { Output } from '../output/output.js';
import { changeBy } from './change.js';

type Names = [tenant: string, name: string];
interface WithRole {
  readonly role: string;
}

export const addUser = (call: Call<Names, WithRole>): Promise<Output> => giveRole('user', 'add', call);
export const setUserRole = (call: Call<Names, WithRole>): Promise<Output> => giveRole('user', 'update', call);
export const removeUser = (call: Call<Names>): Promise<Output> => remove('user', call);
export const addGroup = (call: Call<Names, WithRole>): Promise<Output> => giveRole('user_group', 'add', call);
export const setGroupRole = (call: Call<Names, WithRole>): Promise<Output> =>
  giveRole('user_group', 'update', call);
export const removeGroup = (call: Call<Names>): Promise<Output> => remove('user_group', call);

function giveRole(
  kind: Membership['kind'],
  action: 'add' | 'update',
  { io, args, options: { role } }: Call<Names, WithRole>,
): Promise<Output> {
  const [tenant, name] = args;
  const json = { ...toJson(kind, args), role };
  return changeBy(TenantMembersService, io, `${name} is now ${role} in ${tenant}`, json, (members, caller) =>
    members[`${action}ByOperator`](membershipOf(kind, args), role, caller),
  );
}

function remove(kind: Membership['kind'], { io, args }: Call<Names>): Promise<Output> {
  const [tenant, name] = args;
  const sentence = `${name} is no longer a member of ${tenant}`;
  return changeBy(TenantMembersService, io, sentence, toJson(kind, args), (members, caller) =>
    members.removeByOperator(membershipOf(kind, args), caller),
  );
}

function membershipOf(kind: Membership['kind'], [tenantName, name]: Names): Membership {
  return { kind, tenantName, name };
}

function toJson(kind: Membership['kind'], [tenant, name]: Names): object {
  return { tenant, ...(kind === 'user' ? { user: name } : { group: name }) };
}
