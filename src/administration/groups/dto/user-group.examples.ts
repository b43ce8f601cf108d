import { BadParameters, Conflict, NotFound } from '../../../common/errors.js';
import { mustBeOneOf } from '../../../common/names/one-of.js';
import { resourceNotFound } from '../../../common/resource-not-found.js';
import { SYSTEM_ROLES } from '../../../users/permissions/roles.js';
import type { ApiVersion } from '../../../api/http/api-version.decorator.js';
import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { listOf, perVersion } from '../../../api/openapi/examples.js';

const NAMES = { v3: 'testers', 'v3.1': 'developers' };

/** Names the group for which errors are shown. */
const EXAMPLE_GROUP = NAMES['v3.1'];

const group = (version: ApiVersion, users: number): object => ({
  name: NAMES[version],
  ldap_dn: null,
  tenants: 0,
  users,
  role: 'default',
});

const path = perVersion((version) => ({ name: NAMES[version] }));
const member = perVersion((version) => ({ group_name: NAMES[version], username: 'admin' }));
const withMember = perVersion((version) => group(version, 1));
const empty = perVersion((version) => group(version, 0));

/** Shows the operations on user groups. The member is added to a new group. */
export const USER_GROUP_EXAMPLES = {
  create: { body: perVersion((version) => ({ group_name: NAMES[version], role: 'default' })), answer: empty },
  list: { answer: perVersion((version) => listOf(group(version, 1))) },
  read: { path, answer: withMember },
  setRole: { path, body: { role: 'default' }, answer: withMember },
  delete: { path, answer: empty },
  addUser: { body: member, answer: withMember },
  removeUser: { body: member, answer: empty },
} satisfies Record<string, OperationExample>;

function lastThrough(action: string): Conflict {
  return new Conflict(
    `Cannot ${action} the user group \`${EXAMPLE_GROUP}\`: the last active sys_admin is one through it`,
  );
}

/** Shows the errors of these operations. */
export const USER_GROUP_ERRORS = {
  reserved: new BadParameters('User group name: `users` is reserved; choose another'),
  badRole: new BadParameters(`The system role ${mustBeOneOf(SYSTEM_ROLES, 'admins')}`),
  exists: new Conflict(`A user group already exists with this name or LDAP DN: \`${EXAMPLE_GROUP}\``),
  missing: resourceNotFound('Group', EXAMPLE_GROUP),
  isMember: new Conflict(`User \`admin\` is already a member of the user group \`${EXAMPLE_GROUP}\``),
  isNoMember: new NotFound(`User \`admin\` is not a member of the user group \`${EXAMPLE_GROUP}\``),
  isLast: lastThrough('delete'),
  lastRole: lastThrough('modify the role of'),
  lastMember: lastThrough('remove a member of'),
};
