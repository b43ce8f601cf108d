import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { EXAMPLE_TIME, listOf } from '../../../api/openapi/examples.js';
import { EXAMPLE_TRASH_ID } from '../trash-errors.js';

const path = { id: EXAMPLE_TRASH_ID };

const described = {
  key: 'old.password',
  created_at: EXAMPLE_TIME,
  updated_at: EXAMPLE_TIME,
  visibility: 'tenant',
  resource_availability: 'tenant',
  is_hidden_value: false,
  tenant_name: 'default_tenant',
  created_by: 'admin',
  provider_name: null,
  description: null,
  expires_at: null,
  is_expired: false,
  labels: {},
};

/** Shows the operations on the trash. */
export const TRASH_EXAMPLES = {
  list: {
    answer: listOf({
      ...described,
      id: EXAMPLE_TRASH_ID,
      deleted_at: EXAMPLE_TIME,
      kept_until: '2026-04-19T08:23:31.276Z',
      etag: '"0196f3a1-7c3e-7d2a-9b4f-2c6d8e0f1a3b.3.0196f3a5-11d2-7e4c-8a6b-5f7e9d1c3b2a"',
    }),
  },
  restore: {
    path,
    answer: {
      ...described,
      ...{ value: '', version: 3, max_versions: null },
      ...{ private_resource: false, schema: null, provider_options: null },
    },
  },
  purge: { path },
} satisfies Record<string, OperationExample>;
