import { readFileSync } from 'node:fs';
import { printable } from '../common/printable.js';
import { StartupError } from '../common/startup-error.js';

/** @throws StartupError that names the file where it cannot be read */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new StartupError(`Cannot read ${printable(path, 256)} (${code})`);
  }
}

/**
 * Returns the first line of a file that holds a secret.
 * @throws StartupError where the file cannot be read or is empty
 */
export function readSecretFile(path: string): string {
  const [line = ''] = readTextFile(path).split(/\r?\n/, 1);
  if (line === '') throw new StartupError(`${printable(path, 256)} is empty`);
  return line;
}
