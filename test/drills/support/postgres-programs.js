import { spawnSync } from 'node:child_process';
import { accessSync, chownSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { locateBinaries } from '../../../dist/src/database/embedded/binaries.js';

/** Names the folder in which Debian and Ubuntu put the programs of each version; only some are in the path. */
const DEBIAN = '/usr/lib/postgresql';
const NEEDED = ['initdb', 'pg_ctl', 'pg_dump', 'pg_dumpall', 'pg_restore', 'pg_basebackup', 'psql'];

const directory = findDirectory();

/** Ends the drill with one line if PostgreSQL's programs are missing. */
export function requirePostgres() {
  const missing = NEEDED.filter((name) => !isProgram(join(directory ?? '', name)));
  if (directory !== undefined && missing.length === 0) return;
  process.stderr.write(
    `PostgreSQL is not installed (${missing.join(', ')}); on Debian and Ubuntu: apt-get install postgresql. ` +
      `Its programs are looked for in PG_BINDIR, in ${DEBIAN}/<version>/bin and in the PATH\n`,
  );
  process.exit(1);
}

/**
 * Returns the folder of PostgreSQL's programs, or ends the drill with one line that says what to install.
 * @param source `installed` for those of the system, which can copy a server to a standby; `embedded` for the npm package
 */
export function postgresPrograms(source) {
  if (source === 'embedded') return dirname(locateBinaries().postgres);
  requirePostgres();
  return directory;
}

/** Returns the version of the programs, such as `15.18`. */
export function postgresVersion() {
  const { stdout } = spawnSync(join(directory, 'postgres'), ['--version'], { encoding: 'utf8' });
  return /(\d+(?:\.\d+)?)/.exec(stdout)?.[1] ?? '?';
}

/**
 * Runs a program as the user that the servers run as, and returns what it printed.
 * @throws Error with what it printed to standard error, if it fails and `tolerant` is not true
 */
export function runProgram(name, args, { tolerant = false, input, env } = {}) {
  const path = isProgram(join(directory, name)) ? join(directory, name) : name;
  const ran = spawnSync(path, args, {
    ...serverIds(),
    encoding: 'utf8',
    input,
    ...(env !== undefined && { env: { PG_BINDIR: directory, ...env } }),
    maxBuffer: 256 * 1024 * 1024,
  });
  if (ran.error !== undefined) throw ran.error;
  if (ran.status !== 0 && !tolerant)
    throw new Error(`${name} ended with ${ran.status}: ${ran.stderr.trim()}`);
  return { stdout: ran.stdout, stderr: ran.stderr, status: ran.status };
}

/** Gives a folder to the user that the servers run as. */
export function giveToServer(folder) {
  const { uid, gid } = serverIds();
  if (uid !== undefined) chownSync(folder, uid, gid);
}

/** Root runs the servers as `postgres` or `nobody`, since they refuse to run as root. */
function serverIds() {
  if (process.getuid() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = ['postgres', 'nobody']
    .map((name) => users.find((each) => each.startsWith(`${name}:`)))
    .find(Boolean);
  const [, , uid, gid] = (line ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid), cwd: '/' };
}

function findDirectory() {
  const { PG_BINDIR, PATH = '' } = process.env;
  const packaged = existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .sort((one, other) => Number(other) - Number(one))
        .map((version) => join(DEBIAN, version, 'bin'))
    : [];
  const candidates = [...(PG_BINDIR === undefined ? packaged : [PG_BINDIR]), ...PATH.split(':')];
  return candidates.find((each) => NEEDED.every((name) => isProgram(join(each, name))));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return path.startsWith('/');
  } catch {
    return false;
  }
}
