import type { PageRequest } from '../database/page-request.js';

/** How many belong to a tenant: groups, and users directly or through them. */
export interface TenantCounts {
  readonly name: string;
  readonly groups: number;
  readonly users: number;
}

/** Who belongs to a tenant, with which role. */
export interface TenantMembers {
  readonly name: string;
  readonly groups: Record<string, { role: string; users: string[] }>;
  readonly direct: Record<string, string>;
}

export const TENANT_COLUMNS = { name: { sql: 't.name' } } as const;
type TenantField = keyof typeof TENANT_COLUMNS;

export interface TenantListOptions extends PageRequest<TenantField> {
  /** Whose tenants, by membership, groups included; every tenant where undefined. */
  readonly memberId: string | undefined;
}
