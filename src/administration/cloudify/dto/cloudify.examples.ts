import type { OperationExample } from '../../../api/openapi/described-operation.decorator.js';
import { listOf } from '../../../api/openapi/examples.js';

const { items, metadata } = listOf<never>();

/** Shows what clients of Cloudify ask for. */
export const CLOUDIFY_EXAMPLES = {
  nodes: { answer: listOf<never>() },
  config: {
    answer: {
      items,
      metadata: { pagination: { ...metadata.pagination, size: 0 } },
      authorization: {
        roles: [{ id: 0, name: 'sys_admin', type: 'system_role', description: '' }],
        permissions: { create_global_resource: ['sys_admin'] },
      },
    },
  },
  license: {
    answer: {
      items: [
        {
          ...{ customer_id: 'strongroom', expiration_date: null, license_edition: 'Premium', trial: false },
          ...{ expired: false, cloudify_version: null, capabilities: null },
        },
      ],
      metadata: { pagination: { total: 1, size: 1, offset: 0 } },
    },
  },
} satisfies Record<string, OperationExample>;
