import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../../common/startup-error.js';
import { isKnown, readPasswordFile, systemUserIn, type SystemUser } from './system-users.js';

/** Describes the user that runs PostgreSQL's programs, which refuse to run as root. */
export interface ServerUser {
  /** The command that runs the program as another user. */
  readonly wrapper: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  /** Makes the server the owner of a path if it runs as another user. */
  readonly own: (path: string) => void;
  /** Lets the server enter a directory that we keep, if it runs as another user. */
  readonly allowEntry: (directory: string) => void;
  /**
   * Checks that the server can reach a path.
   * @throws StartupError when it runs as another user, who may not enter a folder above the path
   */
  readonly requireEntry: (path: string) => void;
}

const nothing = (): void => undefined;

/**
 * Returns the user to run the programs as. An ordinary user runs them itself. Root, and a user whom the password file
 * does not know, run them in a user namespace, in which the server sees another id while its files stay theirs. If
 * namespaces are refused, root runs them as the system's `postgres` or `nobody`.
 * @throws StartupError for root, when there is no other user
 */
export function serverUser(namespaces?: boolean): ServerUser {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && isKnown()) return asOneself();
  const other = systemUserIn(readPasswordFile());
  if (other !== undefined && (namespaces ?? namespacesWork(other))) return asOneself(namespaceOf(other));
  if (!isRoot) return asOneself();
  if (other !== undefined) return asSystemUser(other);
  throw new StartupError(
    'PostgreSQL refuses to run as root, and there is no other user: start as an ordinary user, or set DATABASE_URL',
  );
}

function asOneself(wrapper: readonly string[] = []): ServerUser {
  return { wrapper, own: nothing, allowEntry: nothing, requireEntry: nothing };
}

function asSystemUser(user: SystemUser): ServerUser {
  const { uid, gid } = user;
  return {
    wrapper: [],
    uid,
    gid,
    own: (path) => chownSync(path, uid, gid),
    allowEntry: (directory) => allowEntry(directory, gid),
    requireEntry: (path) => requireEntry(path, user),
  };
}

function namespaceOf({ uid, gid }: SystemUser): readonly string[] {
  return ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`];
}

function namespacesWork(user: SystemUser): boolean {
  const [command = '', ...args] = namespaceOf(user);
  return spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0;
}

function allowEntry(directory: string, gid: number): void {
  const { mode, uid } = statSync(directory);
  if ((mode & 0o001) !== 0) return;
  chownSync(directory, uid, gid);
  chmodSync(directory, (mode & 0o700) | 0o010);
}

function requireEntry(path: string, { name, uid, gid }: SystemUser): void {
  for (let folder = dirname(realpathSync(path)); ; folder = dirname(folder)) {
    const stats = statSync(folder);
    const bit = stats.uid === uid ? 0o100 : stats.gid === gid ? 0o010 : 0o001;
    if ((stats.mode & bit) === 0)
      throw new StartupError(
        `The embedded PostgreSQL does not run as root, and ${name} may not enter ${folder}: start as an ordinary ` +
          `user, run \`chmod o+x ${folder}\`, or set DATABASE_URL`,
      );
    if (folder === dirname(folder)) return;
  }
}
