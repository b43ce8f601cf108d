import type { PageRequest } from '../../database/page-request.js';

/** Represents a permission that a role has. */
export interface RolePermission {
  readonly role: string;
  readonly permission: string;
}

/** Lists the columns that a list can be sorted and filtered by. */
export const PERMISSION_COLUMNS = {
  role: { sql: 'p.role' },
  permission: { sql: 'p.permission' },
} as const;

export type PermissionListOptions = PageRequest<keyof typeof PERMISSION_COLUMNS>;
