import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { EXAMPLE_TIME } from '../../../api/openapi/examples.js';

const inactive = {
  status: 'deactivated',
  activated_at: '',
  activation_requested_at: '',
  remaining_executions: null,
  requested_by: '',
};

/** Shows the operations on maintenance mode. */
export const MAINTENANCE_EXAMPLES = {
  read: { answer: inactive },
  set: {
    path: { action: 'activate' },
    answer: {
      status: 'activated',
      activated_at: EXAMPLE_TIME,
      activation_requested_at: EXAMPLE_TIME,
      remaining_executions: [],
      requested_by: 'admin',
    },
  },
} satisfies Record<string, OperationExample>;
