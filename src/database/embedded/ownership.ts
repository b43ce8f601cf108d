import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';
import { describeUser, ownId } from './system-users.js';

/**
 * Checks that the parts of a data directory belong to this user or the server's, before anything in it changes. The
 * directory itself may belong to another user who lets everybody in, as with a mounted volume.
 * @param serverUid the user of the server if it runs as another user
 * @throws StartupError that names the owner, and what to do
 */
export function requireOwnership(dataDir: string, serverUid?: number): void {
  const server = serverUid ?? ownId();
  const refuse = (path: string): never => {
    throw new StartupError(`STRONGROOM_DATA_DIR: ${ownerProblem(path, dataDir, server)}`);
  };
  const { uid, mode } = lstatSync(dataDir);
  // Only root gets here past a closed directory of another user. Its server would not.
  if (uid !== ownId() && uid !== server && (mode & 0o001) === 0) refuse(dataDir);
  const cluster = join(dataDir, 'postgres');
  const sockets = join(dataDir, 'socket');
  if (![server, undefined].includes(ownerOf(cluster))) refuse(cluster);
  if (![server, ownId(), undefined].includes(ownerOf(sockets))) refuse(sockets);
}

/**
 * Says to whom a path, or the nearest folder above it, belongs, and what to do if it may not be used.
 * @param user the user who needs it
 */
export function ownerProblem(path: string, dataDir: string, user = ownId()): string {
  const { folder, owner } = nearest(path);
  const shown = printable(folder, 256);
  const data = printable(dataDir, 256);
  if (owner === user)
    return `${shown} belongs to ${describeUser(user)}, who may not use it: run \`chmod u+rwx ${shown}\``;
  const isAbove = folder !== dataDir && `${dataDir}/`.startsWith(join(folder, '/'));
  const cure = isAbove
    ? `create ${data} as that user and run \`chown ${user} ${data}\``
    : `start as that user, or run \`chown -R ${user} ${data}\``;
  const runner = user === ownId() ? 'this process runs' : 'its server runs';
  return (
    `${shown} belongs to ${describeUser(owner)}, and ${runner} as ${describeUser(user)}: ${cure}, ` +
    'or set STRONGROOM_DATA_DIR to another folder'
  );
}

/** Returns the owner of a path; undefined if there is nothing. */
function ownerOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.uid;
}

function nearest(path: string): { folder: string; owner: number } {
  try {
    return { folder: path, owner: lstatSync(path).uid };
  } catch {
    return nearest(dirname(path));
  }
}
