import type { PageRequest } from '../../database/page-request.js';

/** Lists the columns that the trash can be sorted by. It cannot be searched or filtered. */
export const TRASH_COLUMNS = {
  deleted_at: { sql: 't.deleted_at' },
  key: { sql: 't.key' },
  created_at: { sql: 't.created_at' },
  updated_at: { sql: 't.updated_at' },
  created_by: { sql: 't.creator_name' },
  visibility: { sql: 't.visibility' },
} as const;
export type TrashColumn = keyof typeof TRASH_COLUMNS;

export type TrashListOptions = PageRequest<TrashColumn>;
