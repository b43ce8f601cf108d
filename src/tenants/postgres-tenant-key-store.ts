import type { DataSource } from 'typeorm';
import type { TenantKeyStore, WrappedTenantKey } from '../crypto/tenant-key-store.js';
import { inDatabaseSpan } from '../database/lane-spans.js';
import { namedQuery } from '../database/named-query.js';

interface Row {
  generation: number;
  wrapped: Buffer;
  root_key_id: string;
}

const FIND = `
  SELECT generation, wrapped, root_key_id FROM tenant_keys WHERE tenant_id = $1 AND generation = $2`;

const FIND_ACTIVE = `
  SELECT generation, wrapped, root_key_id FROM tenant_keys
  WHERE tenant_id = $1 ORDER BY retired_at IS NULL DESC, generation DESC LIMIT 1`;

/** Reads the wrapped keys of tenants from `tenant_keys`. */
export class PostgresTenantKeyStore implements TenantKeyStore {
  constructor(private readonly dataSource: DataSource) {}

  find(tenantId: string, generation: number): Promise<WrappedTenantKey | undefined> {
    return this.one('find_tenant_key', FIND, tenantId, generation);
  }

  findActive(tenantId: string): Promise<WrappedTenantKey | undefined> {
    return this.one('find_active_tenant_key', FIND_ACTIVE, tenantId);
  }

  private async one(
    name: string,
    text: string,
    tenantId: string,
    ...more: number[]
  ): Promise<WrappedTenantKey | undefined> {
    const statement = { name, text, values: [tenantId, ...more] };
    const [row] = await inDatabaseSpan(name, () => namedQuery<Row>(this.dataSource, statement));
    return row && { tenantId, generation: row.generation, rootKeyId: row.root_key_id, wrapped: row.wrapped };
  }
}
