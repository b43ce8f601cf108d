import { appendFileSync, closeSync, openSync } from 'node:fs';
import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';
import type { KeepPassword } from './move-identities.js';

/**
 * Creates the file for new users' passwords, one `name:password` a line, readable by its owner only.
 * @throws StartupError where it cannot be created, or exists already: nothing is overwritten
 */
export function passwordsFile(path: string): KeepPassword {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new StartupError(
      `Cannot make ${printable(path, 256)} (${code}): name a new file for the passwords`,
    );
  }
  return (username, password) => appendFileSync(path, `${username}:${password}\n`);
}
