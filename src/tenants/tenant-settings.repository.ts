import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DEFAULT_SETTINGS, type StoredSettings, type TenantSettings } from './tenant-settings.js';

const COLUMNS = 's.require_if_match AS "requireIfMatch", s.trash_days AS "trashDays"';

const READ = `SELECT ${COLUMNS} FROM tenant_settings s WHERE s.tenant_id = $1`;

/** Stores nothing for a deleted tenant. A setting that is NULL stays as it is. */
const WRITE = `
  INSERT INTO tenant_settings AS s (tenant_id, require_if_match, trash_days)
  SELECT t.id, coalesce($2::boolean, $3), $4::integer FROM tenants t WHERE t.id = $1 AND t.deleted_at IS NULL
  ON CONFLICT (tenant_id) DO UPDATE SET
    require_if_match = coalesce($2, s.require_if_match),
    trash_days = coalesce($4, s.trash_days)
  RETURNING ${COLUMNS}`;

/** Reads and writes `tenant_settings`. */
@Injectable()
export class TenantSettingsRepository {
  async read(manager: EntityManager, tenantId: string): Promise<StoredSettings> {
    const [row] = await manager.query<StoredSettings[]>(READ, [tenantId]);
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
  ): Promise<StoredSettings | undefined> {
    const { requireIfMatch = null, trashDays = null } = changes;
    const values = [tenantId, requireIfMatch, DEFAULT_SETTINGS.requireIfMatch, trashDays];
    const [row] = await manager.query<StoredSettings[]>(WRITE, values);
    return row;
  }
}
