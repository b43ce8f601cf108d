import { readFileSync } from 'node:fs';
import { printable } from '../common/printable.js';
import { secretTextOf } from '../common/passwords/secret-text.js';
import { StartupError } from '../common/startup-error.js';

/** @throws StartupError that names the file where it cannot be read */
export function readTextFile(path: string): string {
  return readBytes(path).toString('utf8');
}

/**
 * Returns the secret that a file holds on its one line.
 * @throws StartupError where the file cannot be read, or nobody could type what it holds
 */
export function readSecretFile(path: string): string {
  return requireSecret(printable(path, 256), readBytes(path));
}

/** @throws StartupError that names the source where nobody could type what it holds */
export function requireSecret(source: string, bytes: Buffer): string {
  const read = secretTextOf(bytes, 'line');
  if ('problem' in read) throw new StartupError(`${source} ${read.problem}`);
  return read.text;
}

/** @throws StartupError that names the file where it cannot be read */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new StartupError(`Cannot read ${printable(path, 256)} (${code})`);
  }
}
