import type { PageRequest } from '../database/page-request.js';

/** Counts who belongs to a tenant: groups, and users directly or through them. */
export interface TenantCounts {
  readonly name: string;
  readonly groups: number;
  readonly users: number;
}

/** Lists who belongs to a tenant, with the roles. */
export interface TenantMembers {
  readonly name: string;
  readonly groups: Record<string, { role: string; users: string[] }>;
  readonly direct: Record<string, string>;
}

export const TENANT_COLUMNS = { name: { sql: 't.name' } } as const;
type TenantField = keyof typeof TENANT_COLUMNS;

export interface TenantListOptions extends PageRequest<TenantField> {
  /** Limits the list to the tenants of this user, groups included; undefined lists every tenant. */
  readonly memberId: string | undefined;
}
