import { Inject, Injectable } from '@nestjs/common';
import { nameProblem } from '../../common/names/resource-name.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Lanes } from '../../database/lanes.js';
import { shareOf } from '../share-of.js';

/** Holds a living tenant with the permissions that somebody has there. */
export interface CopyTarget {
  readonly tenantId: string;
  readonly permissions: ReadonlySet<string>;
}

/** Lists the permissions that a creation depends on. */
const PERMISSIONS = ['secret_create', 'administrators'];

/** Takes the user as $1, permissions as $2 and the name of a tenant as $3. */
const TARGET = `
  SELECT t.id, ARRAY(SELECT p FROM unnest($2::text[]) p WHERE user_may($1, t.id, p)) AS permissions
  FROM tenants t WHERE t.name = $3 COLLATE "C" AND t.deleted_at IS NULL`;

/** Finds the tenants that secrets are copied to. */
@Injectable()
export class CopyTargets {
  constructor(@Inject(Lanes) private readonly lanes: Lanes) {}

  /**
   * Returns the living tenant of that name, with the caller's permissions by the roles there.
   * @throws Busy, Unavailable as `Lanes.query` does
   */
  async find(caller: TenantContext, name: string): Promise<CopyTarget | undefined> {
    if (nameProblem(name) !== undefined) return undefined;
    const statement = { name: 'copy_target', text: TARGET, values: [caller.userId, PERMISSIONS, name] };
    const rows = await this.lanes.query<{ id: string; permissions: string[] }>(
      'reads',
      shareOf(caller),
      statement,
    );
    const [row] = rows;
    return row && { tenantId: row.id, permissions: new Set(row.permissions) };
  }
}
