import { StartupError } from '../common/startup-error.js';
import type { RootKeys } from '../crypto/root-keys.js';
import type { Queryable } from './root-key-registry.js';

interface KeyRow {
  tenant_id: string;
  generation: number;
  root_key_id: string;
  wrapped: Buffer;
}

/**
 * Unwraps the keys of tenants, save retired ones, and lets them go again.
 * @returns how many there are
 * @throws StartupError that names the first one that does not open
 */
export async function unwrapAllTenantKeys(connection: Queryable, rootKeys: RootKeys): Promise<number> {
  const { rows } = await connection.query(
    `SELECT tenant_id, generation, root_key_id, wrapped FROM tenant_keys WHERE retired_at IS NULL
     ORDER BY tenant_id, generation`,
  );
  for (const row of rows as KeyRow[]) {
    try {
      rootKeys.unwrap(row.root_key_id, row.tenant_id, row.generation, row.wrapped);
    } catch {
      throw new StartupError(
        `The key of tenant ${row.tenant_id}, generation ${row.generation}, does not open`,
      );
    }
  }
  return rows.length;
}
