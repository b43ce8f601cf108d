import { Conflict, NotFound } from '../../../common/errors.js';
import { resourceNotFound } from '../../../common/resource-not-found.js';
import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { listOf, perVersion } from '../../../api/openapi/examples.js';

/** Shows a permission that the role has from the beginning, and one that it can be given. */
const EXAMPLE_PERMISSION = { role: 'viewer', permission: 'secret_get' };
const given = perVersion((version) => ({
  role: 'viewer',
  permission: version === 'v3' ? 'secret_update' : 'secret_create',
}));

/** Shows the operations on permissions. */
export const PERMISSION_EXAMPLES = {
  list: { answer: listOf(EXAMPLE_PERMISSION) },
  listOfRole: { path: { role: EXAMPLE_PERMISSION.role }, answer: listOf(EXAMPLE_PERMISSION) },
  read: { path: EXAMPLE_PERMISSION, answer: EXAMPLE_PERMISSION },
  add: { path: given, answer: given },
  remove: { path: given },
} satisfies Record<string, OperationExample>;

/** Shows the errors of these operations. */
export const PERMISSION_ERRORS = {
  noRole: resourceNotFound('Role', 'visitor'),
  lacks: new NotFound('The role `viewer` does not have the permission `secret_create`'),
  has: new Conflict('The role `viewer` already has the permission `secret_get`'),
  needed: new Conflict('Cannot take `user_set_role` from sys_admin: nobody could give it back'),
};
