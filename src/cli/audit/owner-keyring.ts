import { Keyring } from '../../crypto/keyring.js';
import type { RootKeys } from '../../crypto/root-keys.js';
import type { WrappedTenantKey } from '../../crypto/tenant-key-store.js';
import type { SqlConnection } from '../../database/connection/sql-connection.js';
import { RootKeyRegistry } from '../../tenants/root-key-registry.js';

const FIND = `
  SELECT generation, wrapped, root_key_id AS "rootKeyId" FROM tenant_keys WHERE tenant_id = $1 AND generation = $2`;

/**
 * Returns a keyring that opens values, and finds the tenants' keys on the connection of the owner's login.
 * @throws StartupError where the root keys are not those of the database
 */
export async function ownerKeyring(rootKeys: RootKeys, owner: SqlConnection): Promise<Keyring> {
  await new RootKeyRegistry().check(owner, rootKeys);
  return new Keyring(rootKeys, {
    find: async (tenantId, generation) => {
      const [row] = await owner.query<Omit<WrappedTenantKey, 'tenantId'>[]>(FIND, [tenantId, generation]);
      return row && { tenantId, ...row };
    },
    findActive: () => Promise.resolve(undefined),
  });
}
