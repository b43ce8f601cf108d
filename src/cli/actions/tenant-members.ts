import type { Caller } from '../../common/tenant-context.js';
import { TenantMembersService, type Membership } from '../../users/tenant-members.service.js';
import type { Call } from '../commands/command-spec.js';
import { done, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';

type Names = [tenant: string, name: string];
interface WithRole {
  readonly role: string;
}

type Change = (members: TenantMembersService, membership: Membership, caller: Caller) => Promise<unknown>;

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
  return change(
    io,
    kind,
    args,
    { role },
    `${name} is now ${role} in ${tenant}`,
    (members, membership, caller) => members[`${action}ByOperator`](membership, role, caller),
  );
}

function remove(kind: Membership['kind'], { io, args }: Call<Names>): Promise<Output> {
  const [tenant, name] = args;
  const sentence = `${name} is no longer a member of ${tenant}`;
  return change(io, kind, args, {}, sentence, (members, membership, caller) =>
    members.removeByOperator(membership, caller),
  );
}

function change(
  io: Call['io'],
  kind: Membership['kind'],
  [tenantName, name]: Names,
  more: object,
  sentence: string,
  make: Change,
): Promise<Output> {
  return withServices(io, async (services, caller) => {
    await make(services.get(TenantMembersService), { kind, tenantName, name }, caller);
    const member = kind === 'user' ? { user: name } : { group: name };
    return done(sentence, { tenant: tenantName, ...member, ...more });
  });
}
