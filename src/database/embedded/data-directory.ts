import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../../common/startup-error.js';

/** What a data directory of ours begins with, and what a volume that was mounted for it may hold. */
const OURS = /^(postgres(\.log|\.draft-\d+)?|socket|root\.key|lost\+found)$/;

/**
 * Makes the data directory, or sees that the one that is there is ours or empty.
 * @throws StartupError where it holds something else, or cannot be made or read
 */
export function prepareDataDirectory(path: string): void {
  try {
    make(path);
    const entries = readdirSync(path);
    if (entries.length === 0 || entries.some((name) => OURS.test(name))) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(`STRONGROOM_DATA_DIR: ${path} cannot be used (${code ?? 'unknown'})`);
  }
  throw new StartupError(
    `STRONGROOM_DATA_DIR: ${path} holds something else; give an empty folder, or one that does not exist`,
  );
}

/** Like `mkdir -p`; Node's own never ends in directories like /proc, where nothing can be made. */
function make(path: string): void {
  if (existsSync(path)) return;
  make(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
