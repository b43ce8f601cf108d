import type { ApiVersion } from '../../api/http/api-version.decorator.js';
import type { OperationExample } from '../../api/openapi/described-operation.decorator.js';
import { EXAMPLE_TIME, listOf, perVersion } from '../../api/openapi/examples.js';

const KEYS = { v3: 'mail.password', 'v3.1': 'db.password' };
const VALUE = 'p4ss-of-the-database';
const NEW_VALUE = 'n3w-p4ss-of-the-database';

/** Names the key for which errors are shown. */
export const EXAMPLE_KEY = KEYS['v3.1'];

/** Shows the state that a failed condition found. */
export const EXAMPLE_STATE = {
  etag: '"0196f3a1-7c3e-7d2a-9b4f-2c6d8e0f1a3b.3.0196f3a5-11d2-7e4c-8a6b-5f7e9d1c3b2a"',
  updated_at: EXAMPLE_TIME,
  updated_by: 'admin',
};

const listed = (version: ApiVersion): object => {
  const common = { key: KEYS[version], created_at: EXAMPLE_TIME, updated_at: EXAMPLE_TIME };
  const owner = { tenant_name: 'default_tenant', created_by: 'admin' };
  if (version === 'v3') return { ...common, permission: 'creator', ...owner };
  return {
    ...common,
    visibility: 'tenant',
    resource_availability: 'tenant',
    is_hidden_value: false,
    ...owner,
    provider_name: null,
    description: 'The login of the billing service',
    expires_at: null,
    is_expired: false,
    labels: { team: 'billing' },
  };
};

/** Returns a secret of a version; under v3.1 an answer to a change has no value. */
function secret(api: ApiVersion, value: string, visibility = 'tenant', version = 2): object {
  if (api === 'v3') return { ...listed(api), value };
  return {
    ...listed(api),
    visibility,
    resource_availability: visibility,
    value,
    version,
    max_versions: null,
    private_resource: false,
    schema: null,
    provider_options: null,
  };
}

/** Returns a secret as a change answers it. */
const changed = (version: ApiVersion, value: string, visibility?: string): object =>
  secret(version, version === 'v3' ? value : '', visibility);

/** Returns a secret under another key, as a change answers it. */
const underKey = (key: string): object => ({ ...changed('v3.1', ''), key });

const path = perVersion((version) => ({ key: KEYS[version] }));
const found = (version: ApiVersion): object =>
  version === 'v3'
    ? listed(version)
    : { ...listed(version), value: '', private_resource: false, provider_options: null };

/** Shows the operations on secrets. */
export const SECRET_EXAMPLES = {
  list: { answer: perVersion((version) => listOf(listed(version))) },
  read: { path, answer: perVersion((version) => secret(version, VALUE)) },
  create: {
    path,
    body: perVersion((version) => ({
      value: VALUE,
      ...(version === 'v3.1' && {
        description: 'The login of the billing service',
        labels: { team: 'billing' },
      }),
      update_if_exists: true,
    })),
    answer: perVersion((version) => changed(version, VALUE)),
  },
  update: {
    path,
    body: { value: NEW_VALUE },
    answer: perVersion((version) => changed(version, NEW_VALUE)),
  },
  setVisibility: {
    path,
    body: { visibility: 'tenant' },
    answer: perVersion((version) => changed(version, NEW_VALUE)),
  },
  setGlobal: { path, answer: perVersion((version) => changed(version, NEW_VALUE, 'global')) },
  copy: { path, body: { key: 'db.password.copy' }, answer: underKey('db.password.copy') },
  move: {
    path: { key: 'db.password.copy' },
    body: { key: 'db.password.old' },
    answer: underKey('db.password.old'),
  },
  moveAll: {
    body: { from_prefix: 'db.', to_prefix: 'billing.db.', dry_run: true },
    answer: {
      dry_run: true,
      moves: [{ key: 'db.password', new_key: 'billing.db.password' }],
      conflicts: [],
    },
  },
  delete: { path, answer: perVersion((version) => changed(version, NEW_VALUE, 'global')) },
  search: {
    body: {
      filter_rules: [{ key: 'key', operator: 'ends_with', values: ['password'], type: 'attribute' }],
    },
    answer: perVersion((version) => {
      const { items, metadata } = listOf(found(version));
      return { items, metadata: { ...metadata, filtered: 0 } };
    }),
  },
} satisfies Record<string, OperationExample>;
