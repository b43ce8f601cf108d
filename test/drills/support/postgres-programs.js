import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { locateBinaries } from '../../../dist/src/database/embedded/binaries.js';

const DEBIAN = '/usr/lib/postgresql';
const INSTALL = 'PostgreSQL is not installed; on Debian: apt-get install postgresql';

/**
 * Returns the folder of PostgreSQL's programs.
 * @param source `installed` for those of the system, which can copy a server to a standby; `embedded` for the npm package
 * @throws Error that says what to install
 */
export function postgresPrograms(source) {
  if (source === 'embedded') return dirname(locateBinaries().postgres);
  const folders = [...newestFirst(DEBIAN).map((version) => join(DEBIAN, version, 'bin')), onThePath()];
  const found = folders.find(
    (folder) => existsSync(join(folder, 'pg_basebackup')) && existsSync(join(folder, 'initdb')),
  );
  if (found === undefined) throw new Error(INSTALL);
  return found;
}

function newestFirst(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).sort((one, other) => Number(other) - Number(one));
}

function onThePath() {
  const { stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  return stdout?.trim() ?? '';
}
