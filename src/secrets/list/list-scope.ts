/** Identifies a tenant whose own secrets are listed, and tells whether the caller administers it. */
export interface ListedTenant {
  readonly id: string;
  readonly administers: boolean;
}

/** Limits a list to the secrets of some tenants, in addition to global ones. */
export interface ListScope {
  readonly tenants: readonly ListedTenant[];
  readonly userId: string;
}

/** Names the scope in a statement: $1 and $2 hold its tenants, $3 the caller. */
export interface ScopeSql {
  readonly values: readonly unknown[];
  /** The listed tenants, as the FROM item `own`. */
  readonly listed: string;
  /** The condition for global secrets of other tenants. */
  readonly foreign: string;
}

/** Selects what the caller sees in a listed tenant: only their creator and administrators see private secrets. */
export const SEEN = `(s.visibility <> 'private' OR s.created_by = $3 OR own.administers)`;

/** Returns the SQL of a scope. A single tenant has a form of its own, so that its statement can be planned once. */
export function scopeSql({ tenants, userId }: ListScope): ScopeSql {
  const [ids, administers] = [tenants.map(({ id }) => id), tenants.map((tenant) => tenant.administers)];
  if (tenants.length === 1)
    return {
      values: [...ids, ...administers, userId],
      listed: '(VALUES ($1::uuid, $2::boolean)) AS own (tenant_id, administers)',
      foreign: `s.visibility = 'global' AND s.tenant_id <> $1`,
    };
  return {
    values: [ids, administers, userId],
    listed: 'unnest($1::uuid[], $2::boolean[]) AS own (tenant_id, administers)',
    foreign: `s.visibility = 'global' AND s.tenant_id <> ALL ($1)`,
  };
}
