import { StartupError } from '../../common/startup-error.js';
import { ownerProblem } from './ownership.js';

const CURES: Readonly<Record<string, string>> = {
  EROFS: 'it is on a read-only file system: mount it for writing',
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the quota of this user is exhausted: free some space',
};

const FORBIDDEN = ['EACCES', 'EPERM'];

/**
 * Describes a failure to read, write or start a file as one line for the operator.
 * @returns undefined for any other error
 */
export function fileProblem(error: unknown, dataDir: string): StartupError | undefined {
  const { code = '', syscall = '', path = '' } = error as NodeJS.ErrnoException;
  if (error instanceof StartupError || !/^E[A-Z]+$/.test(code)) return undefined;
  if (syscall.startsWith('spawn'))
    return new StartupError(
      `The embedded PostgreSQL cannot be started (${syscall}: ${code}): set DATABASE_URL to a server of yours`,
    );
  const isData = `${path}/`.startsWith(`${dataDir}/`);
  if (isData) return dataProblem(code, path, dataDir);
  return new StartupError(
    `TMPDIR: ${path} cannot be used (${code})${cureOf(code, 'name another folder, or a shorter STRONGROOM_DATA_DIR')}`,
  );
}

/** Describes a failure to read or write a path in the data directory. */
export function dataProblem(code: string, path: string, dataDir: string): StartupError {
  const cure = FORBIDDEN.includes(code)
    ? `; ${ownerProblem(path, dataDir)}`
    : cureOf(code, 'name another folder');
  return new StartupError(`STRONGROOM_DATA_DIR: ${path} cannot be used (${code})${cure}`);
}

/** Returns what to do, as the end of a sentence; empty where only the operator can know. */
function cureOf(code: string, otherwise: string): string {
  const cure = FORBIDDEN.includes(code) ? 'this user may not write there: change the owner' : CURES[code];
  return cure === undefined ? '' : `; ${cure}, or ${otherwise}`;
}
