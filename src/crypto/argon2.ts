import { StartupError } from '../common/startup-error.js';

type Argon2 = typeof import('@node-rs/argon2');

let library: Promise<Argon2> | undefined;

/**
 * Loads the library for passwords. Its native part is an optional package of npm for each platform.
 * @throws StartupError when that package is not installed
 */
export function argon2(): Promise<Argon2> {
  return (library ??= load());
}

async function load(): Promise<Argon2> {
  try {
    return await import('@node-rs/argon2');
  } catch {
    throw new StartupError(
      `The native part of @node-rs/argon2 for ${process.platform}-${process.arch} is not installed: install the ` +
        'optional packages (`npm ci` without `--omit=optional`)',
    );
  }
}
