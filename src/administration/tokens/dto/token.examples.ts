import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { EXAMPLE_TIME, listOf } from '../../../api/openapi/examples.js';

const ID = 'a1B2c3D4e5';

/** Names the user whose tokens are ended in the example. */
export const EXAMPLE_OWNER = 'alice';

const token = {
  id: ID,
  username: 'admin',
  value: `ctok-${ID}-********`,
  role: 'sys_admin',
  expiration_date: EXAMPLE_TIME,
  last_used: null,
  description: 'The deployment of the billing service',
};
const path = { id: ID };
const value = `ctok-${ID}-0123456789abcdefghijABCDEFGHIJ0123456789`;

/** Shows the operations on tokens. */
export const TOKEN_EXAMPLES = {
  create: {
    body: { description: token.description, expiration_date: '+30 days' },
    answer: { ...token, value },
  },
  createV3: { answer: { value, role: 'admin' } },
  list: { answer: listOf(token) },
  read: { path, answer: token },
  delete: { path },
  deleteAllOf: { path: { name: EXAMPLE_OWNER } },
} satisfies Record<string, OperationExample>;
