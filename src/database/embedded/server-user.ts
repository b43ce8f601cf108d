import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs';
import { StartupError } from '../../common/startup-error.js';

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
}

const nothing = (): void => undefined;
const USER_NAMESPACE = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];

/**
 * Returns the user to run the programs as. An ordinary user runs them itself. Root runs them in a user namespace, in
 * which the server sees another id while its files stay root's, or, if namespaces are refused, as the system's
 * `postgres` or `nobody`.
 */
export function serverUser(namespaces = namespacesWork()): ServerUser {
  if (process.getuid?.() !== 0) return { wrapper: [], own: nothing, allowEntry: nothing };
  if (namespaces) return { wrapper: USER_NAMESPACE, own: nothing, allowEntry: nothing };
  const { uid, gid } = systemUser();
  return {
    wrapper: [],
    uid,
    gid,
    own: (path) => chownSync(path, uid, gid),
    allowEntry: (directory) => allowEntry(directory, gid),
  };
}

function allowEntry(directory: string, gid: number): void {
  const { mode, uid } = statSync(directory);
  if ((mode & 0o001) !== 0) return;
  chownSync(directory, uid, gid);
  chmodSync(directory, (mode & 0o700) | 0o010);
}

function namespacesWork(): boolean {
  const [command = '', ...args] = USER_NAMESPACE;
  return spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0;
}

function systemUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new StartupError(
    'PostgreSQL refuses to run as root, and there is no other user: start as an ordinary user',
  );
}
