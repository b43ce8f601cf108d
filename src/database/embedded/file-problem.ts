import { StartupError } from '../../common/startup-error.js';

const CURES: Readonly<Record<string, string>> = {
  EROFS: 'it is on a read-only file system: mount it for writing',
  EACCES: 'this user may not write there: change the owner of the folder',
  EPERM: 'this user may not change it: change the owner of the folder',
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the quota of this user is exhausted: free some space',
};

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
  const cure = cureOf(code, isData);
  return new StartupError(
    `${isData ? 'STRONGROOM_DATA_DIR' : 'TMPDIR'}: ${path} cannot be used (${code})${cure}`,
  );
}

/** Returns what to do, as the end of a sentence; empty where only the operator can know. */
export function cureOf(code: string, isData = true): string {
  const cure = CURES[code];
  const other = isData ? 'name another folder' : 'name another folder, or a shorter STRONGROOM_DATA_DIR';
  return cure === undefined ? '' : `; ${cure}, or ${other}`;
}
