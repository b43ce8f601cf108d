import { EXAMPLE_TIME } from '../../api/openapi/examples.js';

/** Stands for a cursor in examples. */
export const EXAMPLE_CURSOR =
  'AQAAAAH2n0X3l1mB4y8QkS0wZc7rVtGdKxJpUeLaNhOiYbCfMvRwTzDqEgIjPsXuAo5B9yW6H2kF1n3Q8d';

export const CHANGE_EXAMPLES = {
  answer: { items: [], cursor: EXAMPLE_CURSOR, more: false },
  stream: [
    'retry: 2000',
    `id: ${EXAMPLE_CURSOR}`,
    'event: open',
    'data: {}',
    '',
    `id: ${EXAMPLE_CURSOR}`,
    'event: change',
    `data: {"change":"updated","key":"db.password","tenant_name":"default_tenant","version":2,"revision":2,"visibility":"tenant","changed_at":"${EXAMPLE_TIME}"}`,
    '',
    '',
  ].join('\n'),
};
