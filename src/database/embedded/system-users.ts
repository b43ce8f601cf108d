import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Returns the text of the system's password file; empty if there is none. */
export function readPasswordFile(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}

/** Returns the user of a password file to run as: `postgres`, `nobody`, or else the first that is not root. */
export function systemUserIn(passwordFile: string): SystemUser | undefined {
  const users = usersIn(passwordFile).filter(({ uid }) => uid > 0);
  const named = (wanted: string) => users.find(({ name }) => name === wanted);
  return named('postgres') ?? named('nobody') ?? users[0];
}

/** Tells whether the system knows the name of our user, which initdb looks up. */
export function isKnown(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** Returns the id of the user of this process; that of root where the system has no users. */
export function ownId(): number {
  return process.getuid?.() ?? 0;
}

/** Names a user for a message, such as `root (uid 0)`. */
export function describeUser(id: number): string {
  const known = usersIn(readPasswordFile()).find(({ uid }) => uid === id);
  return known === undefined ? `uid ${id}` : `${known.name} (uid ${id})`;
}

function usersIn(passwordFile: string): SystemUser[] {
  return passwordFile
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([name = '', , uid = '', gid = '']) => name !== '' && /^\d+$/.test(uid) && /^\d+$/.test(gid))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}
