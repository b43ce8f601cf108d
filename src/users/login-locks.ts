import type { EntityManager } from 'typeorm';
import { loginNameKey } from './login-name.js';

const UNLOCK = `
  UPDATE login_failures SET failures = 0, locks = 0, locked_at = NULL, locked_until = NULL WHERE name_key = $1`;

/** A lock of the name from any source, or the ceiling that closes it to all sources that are not known. */
const LOCKED = `
  SELECT DISTINCT encode(name_key, 'hex') AS name FROM login_failures
  WHERE name_key = ANY ($1::bytea[])
    AND (locked_until > now() OR (source = '*' AND failures >= 30 AND expires_at > now()))`;

/** Which of these names are locked at this moment. */
export async function lockedNames(
  manager: EntityManager,
  usernames: readonly string[],
): Promise<ReadonlySet<string>> {
  if (usernames.length === 0) return new Set();
  const keys = new Map(usernames.map((name) => [loginNameKey(name).toString('hex'), name]));
  const rows = await manager.query<{ name: string }[]>(LOCKED, [usernames.map((name) => loginNameKey(name))]);
  return new Set(rows.map(({ name }) => keys.get(name) ?? ''));
}

/** Ends every lock of the name, and forgets the failures behind it. */
export async function unlockName(manager: EntityManager, username: string): Promise<void> {
  await manager.query(UNLOCK, [loginNameKey(username)]);
}
