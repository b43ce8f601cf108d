import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { loginNameKey } from './login-name.js';

/** Finds locks of a name from any source, and names that reached the ceiling, which closes them to unknown sources. */
const LOCKED = `
  SELECT DISTINCT encode(name_key, 'hex') AS name FROM login_failures
  WHERE name_key = ANY ($1::bytea[])
    AND (locked_until > now() OR (source = '*' AND failures >= 30 AND expires_at > now()))`;

/** Reads and ends the locks of user names in `login_failures`; the throttle in `auth` counts the failures. */
@Injectable()
export class LoginLocksRepository {
  /** Returns those of the names that are locked at this moment. */
  async findLocked(manager: EntityManager, usernames: readonly string[]): Promise<ReadonlySet<string>> {
    if (usernames.length === 0) return new Set();
    const names = new Map(usernames.map((name) => [loginNameKey(name).toString('hex'), name]));
    const keys = usernames.map((name) => loginNameKey(name));
    const rows = await manager.query<{ name: string }[]>(LOCKED, [keys]);
    return new Set(rows.map(({ name }) => names.get(name) ?? ''));
  }

  /** Ends every lock of the name and clears the failures behind it. */
  async unlock(manager: EntityManager, username: string): Promise<void> {
    await manager.query('SELECT unlock_login($1)', [loginNameKey(username)]);
  }
}
