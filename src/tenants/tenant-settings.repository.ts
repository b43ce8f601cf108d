import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DEFAULT_SETTINGS, type StoredSettings } from './tenant-settings.js';

type Setting = keyof StoredSettings;

/** Maps the settings to their columns. */
const COLUMNS: Readonly<Record<Setting, { readonly name: string; readonly type: string }>> = {
  requireIfMatch: { name: 'require_if_match', type: 'boolean' },
  trashDays: { name: 'trash_days', type: 'integer' },
  auditDays: { name: 'audit_days', type: 'integer' },
  maxVersions: { name: 'max_versions', type: 'integer' },
  maxVersionsLowerBound: { name: 'max_versions_lower_bound', type: 'integer' },
  maxVersionsUpperBound: { name: 'max_versions_upper_bound', type: 'integer' },
};
const SETTINGS = Object.keys(COLUMNS) as Setting[];

const SELECTED = SETTINGS.map((setting) => `s.${COLUMNS[setting].name} AS "${setting}"`).join(', ');
const NAMES = SETTINGS.map((setting) => COLUMNS[setting].name).join(', ');

/** Returns the parameter of a setting, of which the first is $2. */
const given = (setting: Setting, index: number): string => `$${index + 2}::${COLUMNS[setting].type}`;

const READ = `SELECT ${SELECTED} FROM tenant_settings s WHERE s.tenant_id = $1`;

/** Lets changes of one tenant's settings take turns, without keeping requests of the tenant waiting. */
const LOCK = 'SELECT FROM tenants WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE';

const WRITE = `
  INSERT INTO tenant_settings AS s (tenant_id, ${NAMES}) VALUES ($1, ${SETTINGS.map(given).join(', ')})
  ON CONFLICT (tenant_id) DO UPDATE SET (${NAMES}) = ROW(${SETTINGS.map((setting) => `excluded.${COLUMNS[setting].name}`).join(', ')})`;

/** Reads and writes `tenant_settings`. */
@Injectable()
export class TenantSettingsRepository {
  /** Returns the settings as they are stored. */
  async read(manager: EntityManager, tenantId: string): Promise<StoredSettings> {
    const [row] = await manager.query<StoredSettings[]>(READ, [tenantId]);
    return row ?? DEFAULT_SETTINGS;
  }

  /**
   * Returns the settings as they are stored, which nobody else can change until the transaction ends.
   * @returns undefined if the tenant was deleted in the meantime
   */
  async lock(manager: EntityManager, tenantId: string): Promise<StoredSettings | undefined> {
    const rows = await manager.query<unknown[]>(LOCK, [tenantId]);
    return rows.length === 0 ? undefined : this.read(manager, tenantId);
  }

  /** Stores all settings of a tenant that is locked. */
  async write(manager: EntityManager, tenantId: string, settings: StoredSettings): Promise<void> {
    await manager.query(WRITE, [tenantId, ...SETTINGS.map((setting) => settings[setting])]);
  }
}
