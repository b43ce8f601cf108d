import type { DataSource } from 'typeorm';
import type { TenantKeyStore, WrappedTenantKey } from '../crypto/tenant-key-store.js';
import { namedQuery } from '../database/named-query.js';

/** Reads wrapped keys from `tenant_keys`. */
export class PostgresTenantKeyStore implements TenantKeyStore {
  constructor(private readonly dataSource: DataSource) {}

  async find(tenantId: string, generation: number): Promise<WrappedTenantKey | undefined> {
    const [row] = await namedQuery<{ wrapped: Buffer; root_key_id: string }>(
      this.dataSource,
      'find_tenant_key',
      'SELECT wrapped, root_key_id FROM tenant_keys WHERE tenant_id = $1 AND generation = $2',
      [tenantId, generation],
    );
    return row && { tenantId, generation, rootKeyId: row.root_key_id, wrapped: row.wrapped };
  }
}
