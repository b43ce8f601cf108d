import { Inject, Injectable } from '@nestjs/common';
import { nameProblem } from '../../common/names/resource-name.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Lanes } from '../../database/lanes.js';

interface Row {
  tenantId: string;
  tenantName: string;
  permissions: string[];
}

/** Lists the permissions that export and import depend on. */
const PERMISSIONS = [
  ...['secret_export', 'secret_create', 'secret_get', 'administrators'],
  ...['create_global_resource', 'set_owner', 'set_timestamp'],
];

/**
 * Takes the user as $1, the permission as $2, further permissions as $3, and names of tenants, or NULL for all, as $4.
 */
const TENANTS = `
  SELECT t.id AS "tenantId", t.name AS "tenantName",
         ARRAY(SELECT p FROM unnest($3::text[]) p WHERE user_may($1, t.id, p)) AS permissions
  FROM tenants t
  WHERE t.deleted_at IS NULL AND ($4::text[] IS NULL OR t.name = ANY ($4)) AND user_may($1, t.id, $2)
  ORDER BY t.name`;

/** Finds the tenants in which a caller has a permission, by the caller's roles there. */
@Injectable()
export class TenantsOfCaller {
  constructor(@Inject(Lanes) private readonly lanes: Lanes) {}

  /**
   * Returns the living tenants in which the caller has the permission, in the order of their names.
   * @param names limits the result to these tenants; text that cannot be a name matches none
   */
  async where(
    { userId, username, caller }: Pick<TenantContext, 'userId' | 'username' | 'caller'>,
    permission: string,
    names?: readonly string[],
  ): Promise<readonly TenantContext[]> {
    const possible = names?.filter((name) => nameProblem(name) === undefined);
    const values = [userId, permission, PERMISSIONS, possible ?? null];
    const statement = { name: 'tenants_of_caller', text: TENANTS, values };
    const rows = await this.lanes.query<Row>('lists', { group: userId, member: userId }, statement);
    return rows.map((row) => ({ ...row, userId, username, caller, permissions: new Set(row.permissions) }));
  }
}
