import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { EXAMPLE_TIME } from '../../../api/openapi/examples.js';
import { csvOf } from '../audit-csv.js';

const EVENT = {
  id: '019d0a3c-9a1c-7e5b-8f0a-6c1d2e3f4a5b',
  time: EXAMPLE_TIME,
  tenant_id: '0b6f1f0e-3d0a-4c55-9a53-0c8f5ad1e2b7',
  action: 'secret.read',
  key: 'db.password',
  secret_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
  version: 1,
  revision: 1,
  outcome: 'ok',
  caller: {
    actor_id: '4a7d1ed4-14b5-4c3f-8d0e-2f6c1a9b7e35',
    actor_name: 'admin',
    method: 'basic',
    request_id: '019d0a3c-9a1b-7c44-a1f3-5b2e8d6c9f01',
    address: '127.0.0.1',
  },
  detail: null,
};

/** Shows a table of events. */
export const CSV_EXAMPLE = csvOf(JSON.stringify([EVENT]));

/** Shows the operations on the audit trail. */
export const AUDIT_EXAMPLES = {
  list: { answer: { items: [EVENT], metadata: { pagination: { size: 1000 }, next: null } } },
} satisfies Record<string, OperationExample>;
