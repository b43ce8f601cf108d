import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { loginNameKey } from './login-name.js';

/** Finds locks of a name from any source, and names that reached the ceiling, which closes them to unknown sources. */
const LOCKED = `
  SELECT DISTINCT encode(name_key, 'hex') AS name FROM login_failures
  WHERE name_key = ANY ($1::bytea[])
    AND (locked_until > now() OR (source = '*' AND failures >= 30 AND expires_at > now()))`;

/** Describes a lock that the throttle of logins set. */
export interface LoginLock {
  /** Is null for the lock of a source, and for a name that nobody has: of those only the hash is stored. */
  readonly username: string | null;
  /** Holds the network that the attempts came from; null where the name is locked for all unknown sources. */
  readonly source: string | null;
  /** Says what reached its limit: a name from one source, a name, or a source. */
  readonly kind: 'name and source' | 'name' | 'source';
  readonly until: Date;
}

/**
 * Finds every lock, by the limits of `login_reserve`. A user's name consists of ASCII, so its normalised form is in
 * lower case and nothing else.
 */
const LOCKS = `
  WITH locks AS (
    SELECT name_key, source, CASE
        WHEN name_key = sha256('any name') AND failures >= 100 AND expires_at > now() THEN 'source'
        WHEN source = '*' AND failures >= 30 AND expires_at > now() THEN 'name'
        WHEN locked_until > now() THEN 'name and source'
      END AS kind, locked_until, expires_at
    FROM login_failures
  )
  SELECT u.username, nullif(l.source, '*') AS source, l.kind,
         CASE WHEN l.kind = 'name and source' THEN l.locked_until ELSE l.expires_at END AS until
  FROM locks l LEFT JOIN users u
    ON u.deleted_at IS NULL AND sha256(convert_to(lower(u.username), 'UTF8')) = l.name_key
  WHERE l.kind IS NOT NULL
  ORDER BY u.username NULLS LAST, l.source, until`;

/**
 * Locks in the order of everything that changes the counters: the pairs of each name, the name, and the sources last.
 */
const UNLOCK_ALL = `
  WITH held AS (
    SELECT name_key, source FROM login_failures WHERE failures > 0 OR locks > 0
    ORDER BY name_key = sha256('any name'), name_key, source = '*', source FOR UPDATE
  )
  UPDATE login_failures f SET failures = 0, locks = 0, locked_at = NULL, locked_until = NULL
  FROM held WHERE f.name_key = held.name_key AND f.source = held.source`;

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

  /** Returns every lock of this moment. */
  findAll(manager: EntityManager): Promise<LoginLock[]> {
    return manager.query<LoginLock[]>(LOCKS);
  }

  /** Ends every lock and clears the failures behind them. */
  async unlockAll(manager: EntityManager): Promise<void> {
    await manager.query(UNLOCK_ALL);
  }
}
