import type { EntityManager } from 'typeorm';
import { nameProblem } from '../common/resource-name.js';

/** A row that stays as it is until the transaction ends. */
export interface LockedRow {
  readonly id: string;
  /** As it was given when it was made: look-ups of users and groups ignore case. */
  readonly name: string;
}

/** A tenant cannot become a tombstone, a group cannot be deleted, a user cannot change while its row is held so. */
const HOLD = {
  Tenant: 'SELECT id, name FROM tenants WHERE name = $1 AND deleted_at IS NULL FOR KEY SHARE',
  Group: 'SELECT id, name FROM user_groups WHERE lower(name) = lower($1 COLLATE "C") FOR KEY SHARE',
  User: `SELECT id, username AS name FROM users
         WHERE lower(username) = lower($1 COLLATE "C") AND deleted_at IS NULL FOR SHARE`,
};

/** Finds by name, and holds. The database is not asked for what cannot be a name: it cannot hold every text. */
export async function hold(
  manager: EntityManager,
  kind: keyof typeof HOLD,
  name: string,
): Promise<LockedRow | undefined> {
  if (nameProblem(name) !== undefined) return undefined;
  const [row] = await manager.query<LockedRow[]>(HOLD[kind], [name]);
  return row;
}
