import { timingSafeEqual } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { StartupError } from '../common/startup-error.js';
import type { RootKeys } from '../crypto/root-keys.js';
import { RootKey } from './root-key.entity.js';

/** A connection of the driver, as far as the look at the keys before everything else needs one. */
export interface Queryable {
  query(text: string): Promise<{ rows: unknown[] }>;
}

interface KnownKey {
  id: string;
  check_value: Buffer;
  /** Whether the database cannot be used without it. */
  needed: boolean;
}

/** Whether the database has ever been given a root key. */
export async function knowsRootKeys(connection: Queryable): Promise<boolean> {
  return (await knownKeys(connection)).length > 0;
}

/**
 * Holds the configured root keys against those that the database knows, before anything is touched. Those that tenants'
 * keys are wrapped under must be there; any that is there under a known id must be the same key.
 * @throws StartupError that names the first key that is missing or wrong
 */
export async function checkRootKeys(connection: Queryable, rootKeys: RootKeys): Promise<void> {
  for (const { id, check_value: expected, needed } of await knownKeys(connection)) {
    if (!rootKeys.has(id)) {
      if (!needed) continue;
      throw new StartupError(
        `The root key "${id}" is missing: put it back into the root key file or STRONGROOM_ROOT_KEYS`,
      );
    }
    const actual = rootKeys.checkValue(id);
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
      throw new StartupError(`The root key "${id}" is not the one that this database was made with`);
    }
  }
}

/** Registers the configured keys that are new. The first key of a new installation becomes the active one. */
export async function initialiseRootKeys(manager: EntityManager, rootKeys: RootKeys): Promise<void> {
  const isNew = !(await manager.existsBy(RootKey, { state: 'active' }));
  for (const [index, id] of rootKeys.ids.entries()) {
    const state = isNew && index === 0 ? 'active' : 'available';
    const row = { id, checkValue: rootKeys.checkValue(id), state } as const;
    await manager.createQueryBuilder().insert().into(RootKey).values(row).orIgnore().execute();
  }
}

/** @throws StartupError when the database knows no active root key */
export async function activeRootKeyId(manager: EntityManager): Promise<string> {
  const row = await manager.findOneBy(RootKey, { state: 'active' });
  if (row === null) throw new StartupError('The database knows no active root key; run `strongroom migrate`');
  return row.id;
}

async function knownKeys(connection: Queryable): Promise<KnownKey[]> {
  const table = await connection.query(`SELECT to_regclass('root_keys') IS NOT NULL AS there`);
  const [known] = table.rows as { there: boolean }[];
  if (known?.there !== true) return [];
  const { rows } = await connection.query(
    `SELECT id, check_value,
            state = 'active' OR EXISTS (
              SELECT FROM tenant_keys k WHERE k.root_key_id = r.id AND k.retired_at IS NULL
            ) AS needed
     FROM root_keys r ORDER BY id`,
  );
  return rows as KnownKey[];
}
