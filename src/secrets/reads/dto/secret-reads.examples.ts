import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { EXAMPLE_TIME } from '../../../api/openapi/examples.js';
import { EXAMPLE_KEY } from '../../dto/secret.examples.js';

/** Shows the reads of a secret that its owner reads. */
export const SECRET_READS_EXAMPLE = {
  path: { key: EXAMPLE_KEY },
  answer: {
    key: EXAMPLE_KEY,
    status: 'read',
    last_read_at: EXAMPLE_TIME,
    known_since: EXAMPLE_TIME,
    known_until: EXAMPLE_TIME,
    versions: [
      {
        version: 2,
        last_read_at: EXAMPLE_TIME,
        readers: [{ username: 'admin', tenant_name: null, last_read_at: EXAMPLE_TIME }],
      },
    ],
  },
} satisfies OperationExample;
