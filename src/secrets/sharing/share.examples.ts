import type { OperationExample } from '../../api/openapi/described-operation.decorator.js';
import { perVersion } from '../../api/openapi/examples.js';

const moved = perVersion((version) => ({
  key: version === 'v3' ? 'moved.key' : 'moved.token',
  value: 'v4lue-from-elsewhere',
  visibility: 'tenant',
  tenant_name: 'default_tenant',
  is_hidden_value: false,
  encrypted: false,
  provider: null,
  provider_options: null,
}));

/** Shows the operations on many secrets. The export shows what the import has brought. */
export const SHARE_EXAMPLES = {
  import: {
    body: perVersion((version) => ({ secrets_list: [moved[version]], override_collisions: true })),
    answer: { colliding_secrets: {}, secrets_errors: {} },
  },
  export: { answer: perVersion((version) => [moved[version]]) },
} satisfies Record<string, OperationExample>;
