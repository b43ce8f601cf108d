import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';

const active = { status: 'Active', is_remote: false, extra_info: {} };

/** Shows the operations on the state of the service. The version is not that of the program, which strangers do not learn. */
export const STATUS_EXAMPLES = {
  version: {
    answer: {
      ...{ edition: 'premium', version: '1.2.3', build: null, date: null, commit: null },
      distribution: '',
      distro_release: '',
    },
  },
  statusV3: {
    answer: {
      status: 'running',
      services: ['Strongroom', 'PostgreSQL'].map((name) => ({
        display_name: name,
        instances: [{ state: 'running' }],
      })),
    },
  },
  status: { answer: { status: 'OK', services: { Strongroom: active, PostgreSQL: active } } },
} satisfies Record<string, OperationExample>;
