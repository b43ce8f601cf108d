import { BadParameters, Conflict, NotFound } from '../../../common/errors.js';
import { nameProblem } from '../../../common/names/resource-name.js';
import { resourceNotFound } from '../../../common/resource-not-found.js';
import type { ApiVersion } from '../../../api/http/api-version.decorator.js';
import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { listOf, perVersion } from '../../../api/openapi/examples.js';

const NAMES = { v3: 'accounting', 'v3.1': 'payments' };
const GROUPS = { v3: 'testers', 'v3.1': 'developers' };

/** Names the tenant and the member for which errors are shown. */
const EXAMPLE_TENANT = NAMES['v3.1'];
const EXAMPLE_MEMBERS = { user: 'admin', group: GROUPS['v3.1'] };

const tenant = (version: ApiVersion, groups = 0, users = 0): object => ({
  name: NAMES[version],
  groups,
  users,
  user_roles: null,
  rabbitmq_username: null,
  rabbitmq_password: null,
  rabbitmq_vhost: null,
});

const path = perVersion((version) => ({ name: NAMES[version] }));
const user = (version: ApiVersion): object => ({ tenant_name: NAMES[version], username: 'admin' });
const group = (version: ApiVersion): object => ({ tenant_name: NAMES[version], group_name: GROUPS[version] });
const role = { role: 'user' };
const SETTINGS = {
  require_if_match: false,
  trash_days: 30,
  audit_days: 400,
  max_versions: 20,
  max_versions_lower_bound: 1,
  max_versions_upper_bound: 100,
};
const otherRole = { role: 'viewer' };

/** Shows the operations on tenants. The members are added to a new tenant, first the user. */
export const TENANT_EXAMPLES = {
  create: { path, answer: perVersion((version) => tenant(version)) },
  list: { answer: perVersion((version) => listOf(tenant(version, 1, 1))) },
  read: { path, answer: perVersion((version) => tenant(version, 1, 1)) },
  delete: { path, answer: perVersion((version) => tenant(version)) },
  readSettings: { path: { name: NAMES['v3.1'] }, answer: SETTINGS },
  updateSettings: {
    path: { name: NAMES['v3.1'] },
    body: { require_if_match: false, trash_days: 90, max_versions: 20 },
    answer: { ...SETTINGS, trash_days: 90 },
  },
  addUser: {
    body: perVersion((version) => ({ ...user(version), ...role })),
    answer: perVersion((version) => tenant(version, 0, 1)),
  },
  updateUser: {
    body: perVersion((version) => ({ ...user(version), ...otherRole })),
    answer: perVersion((version) => tenant(version, 1, 1)),
  },
  removeUser: { body: perVersion(user), answer: perVersion((version) => tenant(version)) },
  addGroup: {
    body: perVersion((version) => ({ ...group(version), ...role })),
    answer: perVersion((version) => tenant(version, 1, 1)),
  },
  updateGroup: {
    body: perVersion((version) => ({ ...group(version), ...otherRole })),
    answer: perVersion((version) => tenant(version, 1, 1)),
  },
  removeGroup: { body: perVersion(group), answer: perVersion((version) => tenant(version, 0, 1)) },
} satisfies Record<string, OperationExample>;

/** Shows the errors of these operations. */
export const TENANT_ERRORS = {
  badName: new BadParameters(`Tenant name: ${nameProblem('1st')}`),
  exists: new Conflict(`Tenant \`${EXAMPLE_TENANT}\` already exists`),
  notEmpty: new Conflict(`Tenant \`${EXAMPLE_TENANT}\` still has users or user groups: remove them first`),
  isMember: {
    user: new Conflict(
      `User \`${EXAMPLE_MEMBERS.user}\` is already a member of the tenant \`${EXAMPLE_TENANT}\``,
    ),
    group: new Conflict(
      `User group \`${EXAMPLE_MEMBERS.group}\` is already a member of the tenant \`${EXAMPLE_TENANT}\``,
    ),
  },
  isNoMember: {
    user: new NotFound(
      `User \`${EXAMPLE_MEMBERS.user}\` is not a member of the tenant \`${EXAMPLE_TENANT}\``,
    ),
    group: new NotFound(
      `User group \`${EXAMPLE_MEMBERS.group}\` is not a member of the tenant \`${EXAMPLE_TENANT}\``,
    ),
  },
  missing: { user: resourceNotFound('User', 'nobody'), group: resourceNotFound('Group', 'nobodies') },
};
