import { EXAMPLE_TIME } from '../../api/openapi/examples.js';

/** Name the headers of a deletion: the id of the secret in the trash, and the time until which it can be restored. */
export const TRASH_ID = 'Strongroom-Trash-Id';
export const TRASH_UNTIL = 'Strongroom-Trash-Until';

/** Describes both in OpenAPI's notation. */
export const TRASH_HEADERS = {
  [TRASH_ID]: {
    description: 'The id of the secret in the trash, to restore or purge it under `/api/v3.1/trash/secrets`',
    schema: { type: 'string', format: 'uuid' },
  },
  [TRASH_UNTIL]: {
    description:
      'The time until which the trash keeps the secret, as long as the tenant keeps its settings and its trash does not overflow',
    schema: { type: 'string', format: 'date-time', example: EXAMPLE_TIME },
  },
};
