import { timingSafeEqual } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { StartupError } from '../common/startup-error.js';
import type { RootKeys } from '../crypto/root-keys.js';
import type { SqlConnection } from '../database/connection/sql-connection.js';
import { RootKeysRepository } from './root-keys.repository.js';
import { TenantKeysRepository } from './tenant-keys.repository.js';

/**
 * Compares the configured root keys with those that the database knows. It works before there is a container or even a
 * schema, so it creates its repositories itself.
 */
export class RootKeyRegistry {
  private readonly rootKeys = new RootKeysRepository();
  private readonly tenantKeys = new TenantKeysRepository();

  /** Tells whether the database has ever been given a root key. */
  async isInitialised(connection: SqlConnection): Promise<boolean> {
    return (await this.rootKeys.findAll(connection)).length > 0;
  }

  /**
   * Checks the configured keys against the known ones and changes nothing. A key that tenants' keys are wrapped under
   * must be configured; a configured key of a known id must be the same key.
   * @throws StartupError that names the first key that is missing or wrong
   */
  async check(connection: SqlConnection, configured: RootKeys): Promise<void> {
    for (const { id, checkValue: expected, isNeeded } of await this.rootKeys.findAll(connection)) {
      if (!configured.has(id)) {
        if (!isNeeded) continue;
        throw new StartupError(
          `The root key "${id}" is missing: put it back into the root key file or STRONGROOM_ROOT_KEYS`,
        );
      }
      const actual = configured.checkValue(id);
      if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
        throw new StartupError(`The root key "${id}" is not the one that this database was made with`);
      }
    }
  }

  /** Registers the configured keys that are new. The first key of a new installation becomes the active one. */
  async register(manager: EntityManager, configured: RootKeys): Promise<void> {
    const isNew = (await this.rootKeys.findActiveId(manager)) === undefined;
    for (const [index, id] of configured.ids.entries()) {
      const state = isNew && index === 0 ? 'active' : 'available';
      await this.rootKeys.insertMissing(manager, { id, checkValue: configured.checkValue(id), state });
    }
  }

  /**
   * Unwraps the key of every tenant, to see that it opens, and keeps none.
   * @returns the number of keys
   * @throws StartupError that names the first one that does not open
   */
  async unwrapTenantKeys(connection: SqlConnection, configured: RootKeys): Promise<number> {
    const keys = await this.tenantKeys.findLiving(connection);
    for (const { tenantId, generation, rootKeyId, wrapped } of keys) {
      try {
        configured.unwrap(rootKeyId, tenantId, generation, wrapped);
      } catch {
        throw new StartupError(`The key of tenant ${tenantId}, generation ${generation}, does not open`);
      }
    }
    return keys.length;
  }
}
