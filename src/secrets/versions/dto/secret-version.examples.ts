import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { EXAMPLE_TIME, listOf } from '../../../api/openapi/examples.js';
import { EXAMPLE_KEY, SECRET_EXAMPLES } from '../../dto/secret.examples.js';

const path = { key: EXAMPLE_KEY, version: '1' };

const version = (number: number, isCurrent: boolean): object => ({
  version: number,
  is_current: isCurrent,
  created_at: EXAMPLE_TIME,
  created_by: 'admin',
  visibility: 'tenant',
  is_hidden_value: false,
  destroyed_at: null,
  destroyed_by: null,
});

/** Shows the operations on the versions of a secret that was changed once. */
export const SECRET_VERSION_EXAMPLES = {
  list: { path: { key: EXAMPLE_KEY }, answer: listOf(version(2, true), version(1, false)) },
  restore: { path, answer: SECRET_EXAMPLES.setGlobal.answer['v3.1'] },
  destroy: { path },
} satisfies Record<string, OperationExample>;
