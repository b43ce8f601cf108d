import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { EXAMPLE_TIME } from '../../../api/openapi/examples.js';
import { secretExists } from '../../secret-errors.js';
import type { RefusedWrite } from '../bulk-write-errors.js';

const ETAG = '"0196f3a1-7c3e-7d2a-9b4f-2c6d8e0f1a3b.1.0196f3a5-11d2-7e4c-8a6b-5f7e9d1c3b2a"';

const secret = (key: string, value: string): object => ({
  ...{ key, created_at: EXAMPLE_TIME, updated_at: EXAMPLE_TIME },
  ...{ visibility: 'tenant', resource_availability: 'tenant', is_hidden_value: false },
  ...{ tenant_name: 'default_tenant', created_by: 'admin', provider_name: null, description: null },
  ...{ expires_at: null, is_expired: false, labels: {}, version: 1, max_versions: null },
  ...{ value, private_resource: false, schema: null, provider_options: null },
});

/** Names the secrets that stand in the way of the example of a 422. */
export const EXAMPLE_REFUSED_WRITES: readonly RefusedWrite[] = [
  { index: 1, key: 'db.password', error: secretExists('db.password') },
];

/** Shows the bulk operations. */
export const BULK_EXAMPLES = {
  write: {
    body: {
      mode: 'all_or_nothing',
      items: [
        { key: 'ledger.user', value: 'ledger' },
        { key: 'ledger.password', value: 'p4ss-of-the-ledger' },
      ],
    },
    answer: {
      items: [
        { key: 'ledger.user', outcome: 'created', version: 1, etag: ETAG },
        { key: 'ledger.password', outcome: 'created', version: 1, etag: ETAG },
      ],
      metadata: { written: 2, refused: 0 },
    },
  },
  read: {
    body: { keys: ['ledger.user', 'no.such.key'] },
    answer: {
      items: [
        { key: 'ledger.user', outcome: 'ok', etag: ETAG, secret: secret('ledger.user', 'ledger') },
        { key: 'no.such.key', outcome: 'not_found' },
      ],
      metadata: { next: null },
    },
  },
} satisfies Record<string, OperationExample>;

export const EXAMPLE_ENV = "LEDGER_PASSWORD='p4ss-of-the-ledger'\nLEDGER_USER='ledger'\n";
