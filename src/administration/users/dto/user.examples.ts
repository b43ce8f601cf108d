import { BadParameters, Conflict } from '../../../common/errors.js';
import { passwordProblem } from '../../../common/passwords/password-rules.js';
import { resourceNotFound } from '../../../common/resource-not-found.js';
import type { ApiVersion } from '../../../api/http/api-version.decorator.js';
import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { EXAMPLE_PASSWORD, EXAMPLE_TIME, listOf, perVersion } from '../../../api/openapi/examples.js';

const NAMES = { v3: 'bob', 'v3.1': 'alice' };

/** Names the user for whom errors are shown. */
const EXAMPLE_USER = NAMES['v3.1'];

/** Gives the names of the roles that administrators and others have in a version. */
const ROLES = {
  v3: { administrator: 'admin', other: 'user' },
  'v3.1': { administrator: 'sys_admin', other: 'default' },
};

const person = (username: string, role: string, loggedInAt: string | null): object => ({
  username,
  tenants: 0,
  tenant_roles: null,
  groups: 0,
  role,
  group_system_roles: {},
  active: true,
  created_at: EXAMPLE_TIME,
  first_login_at: loggedInAt,
  last_login_at: loggedInAt,
  is_locked: false,
  show_getting_started: true,
  password_hash: null,
});
const user = (version: ApiVersion): object => person(NAMES[version], ROLES[version].other, null);

const path = perVersion((version) => ({ name: NAMES[version] }));
const answer = perVersion(user);

/** Shows the operations on users. */
export const USER_EXAMPLES = {
  create: {
    body: perVersion((version) => ({
      username: NAMES[version],
      password: EXAMPLE_PASSWORD,
      role: ROLES[version].other,
    })),
    answer,
  },
  list: { answer: perVersion((version) => listOf(user(version))) },
  read: { path, answer },
  readSelf: {
    answer: perVersion((version) => ({
      ...person('admin', ROLES[version].administrator, EXAMPLE_TIME),
      tenants: 1,
      groups: 2,
      group_system_roles: { [ROLES[version].other]: ['developers', 'testers'] },
    })),
  },
  update: { path, body: { password: `another ${EXAMPLE_PASSWORD}`, end_tokens: true }, answer },
  setActive: {
    path,
    body: { action: 'deactivate' },
    answer: perVersion((version) => ({ ...user(version), active: false })),
  },
  unlock: { path, answer },
  delete: { path, answer: perVersion((version) => ({ ...user(version), active: false })) },
} satisfies Record<string, OperationExample>;

/** Shows the errors of these operations. */
export const USER_ERRORS = {
  badPassword: new BadParameters(`A password ${passwordProblem('short', 8)}`),
  severalChanges: new BadParameters('Give exactly one of `password`, `role` and `show_getting_started`'),
  exists: new Conflict(`User \`${EXAMPLE_USER}\` already exists`),
  missing: resourceNotFound('User', EXAMPLE_USER),
  lastRole: new Conflict('Cannot modify the role of the last active sys_admin; make another user one first'),
  isLast: new Conflict('Cannot deactivate the last active sys_admin; make another user one first'),
  isInactive: new Conflict(`User \`${EXAMPLE_USER}\` is already inactive`),
  isNotLocked: new Conflict(`User \`${EXAMPLE_USER}\` is not locked`),
  hasSecrets: new Conflict(
    `Cannot delete: the user \`${EXAMPLE_USER}\` has secrets; delete them or make another user their owner`,
  ),
};
