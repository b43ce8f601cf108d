import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../../common/startup-error.js';
import { ownId } from './system-users.js';

/** Limits the directory's path, since the path of a unix socket has at most 107 bytes. */
const LONGEST = 100;

/**
 * Creates the directory of the server's socket. Whoever can enter it is trusted, so only its owner may. It is beside
 * the data, or under the system's temporary directory if that path is too long for a socket.
 * @param serverUid the owner if the server runs as another user
 * @throws StartupError when the directory belongs to another owner
 */
export function socketDirectory(dataDir: string, serverUid?: number): string {
  const beside = join(dataDir, 'socket');
  const uid = ownId();
  const fits = Buffer.byteLength(join(beside, '.s.PGSQL.5432')) <= LONGEST;
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const path = fits ? beside : join(tmpdir(), `strongroom-${uid}-${digest}`);
  make(path);
  const { mode, uid: owner } = lstatSync(path);
  if ((mode & 0o077) !== 0 || (owner !== uid && owner !== serverUid)) {
    throw new StartupError(`${path} must belong to you alone: run chmod 700 on it, or remove it`);
  }
  return path;
}

function make(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
