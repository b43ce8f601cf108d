import type { EntityManager } from 'typeorm';

/** One change of who administers at a time: two that each leave the other must not leave nobody. */
const LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('strongroom.administrators', 0))";

const ADMINISTRATORS = `
  SELECT u.id FROM users u WHERE u.active AND u.deleted_at IS NULL AND (
    u.system_role = 'sys_admin' OR EXISTS (
      SELECT FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
      WHERE m.user_id = u.id AND g.system_role = 'sys_admin'))`;

/** The active administrators, direct and through groups. */
export async function administrators(manager: EntityManager): Promise<ReadonlySet<string>> {
  const rows = await manager.query<{ id: string }[]>(ADMINISTRATORS);
  return new Set(rows.map(({ id }) => id));
}

/**
 * Keeps others from changing who administers until the transaction ends. Before any other lock of users or groups, so
 * that nobody waits in a circle.
 * @returns tells of a user whether no other active administrator is left
 */
export async function lockAdministrators(manager: EntityManager): Promise<(userId: string) => boolean> {
  await manager.query(LOCK);
  const present = await administrators(manager);
  return (userId) => present.has(userId) && present.size === 1;
}
