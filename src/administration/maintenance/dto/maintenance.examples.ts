import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';

const inactive = {
  status: 'deactivated',
  activated_at: '',
  activation_requested_at: '',
  remaining_executions: null,
  requested_by: '',
};

/** Shows the operations on maintenance mode. What is prefilled in a form must not close a service. */
export const MAINTENANCE_EXAMPLES = {
  read: { answer: inactive },
  set: { path: { action: 'deactivate' }, answer: inactive },
} satisfies Record<string, OperationExample>;
