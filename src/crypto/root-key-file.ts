import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { secretTextOf } from '../common/passwords/secret-text.js';
import { StartupError } from '../common/startup-error.js';

const MODE = 0o600;

/**
 * Reads the root key file, or creates one with a random key where that is allowed.
 *
 * @returns the file's text, `id:base64` pairs as `RootKeys.parse` takes them, and whether it was created now
 * @throws StartupError when the file is missing and may not be created, cannot be read, is no text, or can be read by
 * others
 */
export function readOrCreateRootKeyFile(
  path: string,
  { mayCreate }: { mayCreate: boolean },
): { text: string; created: boolean } {
  const created = !existsSync(path) && mayCreate && create(path);
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw new StartupError(`Others may read the root key file; run: chmod 600 ${path}`);
    const read = secretTextOf(readFileSync(path), 'list');
    if ('problem' in read) throw new StartupError(`The root key file ${path} ${read.problem}`);
    return { text: read.text, created };
  } catch (error) {
    throw problem(error, path);
  }
}

function problem(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new StartupError(
    code === 'ENOENT'
      ? `The root key file ${path} is missing, and the database holds what it encrypted: put it back from its backup`
      : `The root key file ${path} cannot be read: ${code}`,
  );
}

/**
 * Creates the file unless another start did. It is written under another name first, so that nobody ever reads half a
 * key.
 */
function create(path: string): boolean {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', MODE);
  try {
    writeSync(file, `root-${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
    syncDirectory(dirname(path));
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
