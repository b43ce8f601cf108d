import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DEFAULT_SETTINGS, type TenantSettings } from './tenant-settings.js';

const COLUMNS = 's.require_if_match AS "requireIfMatch"';

const READ = `SELECT ${COLUMNS} FROM tenant_settings s WHERE s.tenant_id = $1`;

/** Stores nothing for a deleted tenant. A setting that is NULL stays as it is. */
const WRITE = `
  INSERT INTO tenant_settings AS s (tenant_id, require_if_match)
  SELECT t.id, coalesce($2::boolean, $3) FROM tenants t WHERE t.id = $1 AND t.deleted_at IS NULL
  ON CONFLICT (tenant_id) DO UPDATE SET require_if_match = coalesce($2, s.require_if_match)
  RETURNING ${COLUMNS}`;

/** Reads and writes `tenant_settings`. */
@Injectable()
export class TenantSettingsRepository {
  async read(manager: EntityManager, tenantId: string): Promise<TenantSettings> {
    const [row] = await manager.query<TenantSettings[]>(READ, [tenantId]);
    return row ?? DEFAULT_SETTINGS;
  }

  /**
   * Changes the settings that are given.
   * @returns all settings afterwards; undefined if the tenant was deleted in the meantime
   */
  async write(
    manager: EntityManager,
    tenantId: string,
    changes: Partial<TenantSettings>,
  ): Promise<TenantSettings | undefined> {
    const values = [tenantId, changes.requireIfMatch ?? null, DEFAULT_SETTINGS.requireIfMatch];
    const [row] = await manager.query<TenantSettings[]>(WRITE, values);
    return row;
  }
}
