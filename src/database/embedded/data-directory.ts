import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../../common/startup-error.js';
import { dataProblem } from './file-problem.js';

/** Matches the files of our data directory, and those of an empty mounted volume. */
const OURS = /^(postgres(\.log|\.draft-\d+)?|socket|root\.key|lost\+found)$/;

/**
 * Creates the data directory, or checks that the existing one is ours or empty.
 * @throws StartupError when it contains anything else, or cannot be created or read
 */
export function prepareDataDirectory(path: string): void {
  try {
    make(path);
    const entries = readdirSync(path);
    if (entries.length === 0 || entries.some((name) => OURS.test(name))) return;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw dataProblem(code, path, path);
  }
  throw new StartupError(
    `STRONGROOM_DATA_DIR: ${path} holds something else; give an empty folder, or one that does not exist`,
  );
}

/**
 * Creates a directory like `mkdir -p`. Node's own recursive mode never returns for directories such as /proc, in which
 * nothing can be created.
 */
function make(path: string, mode = 0o700): void {
  if (existsSync(path)) return;
  // The server may run as another user, who has to pass through the folders above.
  make(dirname(path), 0o711);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
