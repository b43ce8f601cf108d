import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { WrappedTenantKey } from '../crypto/tenant-key-store.js';
import type { SqlConnection } from '../database/connection/sql-connection.js';
import { TenantKey } from './tenant-key.entity.js';

/** Reads and writes `tenant_keys`: the generations of the tenants' keys, each wrapped under a root key. */
@Injectable()
export class TenantKeysRepository {
  async insert(manager: EntityManager, key: WrappedTenantKey): Promise<void> {
    await manager.insert(TenantKey, key);
  }

  /** Marks the tenant's keys as retired. The rows stay, so this shreds nothing. */
  async retireAll(manager: EntityManager, tenantId: string): Promise<void> {
    await manager.query(
      'UPDATE tenant_keys SET retired_at = now() WHERE tenant_id = $1 AND retired_at IS NULL',
      [tenantId],
    );
  }

  /** Returns the keys of all tenants but the retired ones. */
  findLiving(connection: SqlConnection): Promise<WrappedTenantKey[]> {
    return connection.query<WrappedTenantKey[]>(
      `SELECT tenant_id AS "tenantId", generation, root_key_id AS "rootKeyId", wrapped
       FROM tenant_keys WHERE retired_at IS NULL ORDER BY tenant_id, generation`,
    );
  }
}
