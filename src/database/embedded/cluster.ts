import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StartupError } from '../../common/startup-error.js';
import type { Binaries } from './binaries.js';
import type { ServerUser } from './server-user.js';

const DRAFT = /\.draft-(\d+)$/;

/**
 * Creates the database cluster if it does not exist. It is created under a temporary name and renamed once it is
 * complete and on disk, so that a crash leaves no partial cluster. Of two concurrent starts, the slower one uses the
 * cluster of the other.
 * @throws StartupError when initdb fails or the cluster belongs to another major version
 */
export async function prepareCluster(
  path: string,
  binaries: Binaries,
  user: ServerUser,
  onProgress: (line: string) => void,
): Promise<void> {
  removeAbandonedDrafts(path);
  if (!existsSync(path)) {
    onProgress('making the embedded database (first start)');
    await create(path, binaries, user);
  }
  requireVersion(path, binaries.major);
}

async function create(path: string, { initdb }: Binaries, user: ServerUser): Promise<void> {
  const draft = `${path}.draft-${process.pid}`;
  mkdirSync(draft, { mode: 0o700 });
  try {
    user.own(draft);
    const options = [
      '--username=postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ];
    await run([initdb, `--pgdata=${draft}`, ...options], user);
    await run([initdb, `--pgdata=${draft}`, '--sync-only'], user);
    rename(draft, path);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function rename(draft: string, path: string): void {
  try {
    renameSync(draft, path);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function run(command: readonly string[], { wrapper, uid, gid }: ServerUser): Promise<void> {
  const [program = '', ...args] = [...wrapper, ...command];
  const child = spawn(program, args, { uid, gid, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let errorOutput = '';
  child.stderr.on(
    'data',
    (chunk: Buffer) => (errorOutput = `${errorOutput}${chunk.toString()}`.slice(-2000)),
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new StartupError(initdbProblem(tellingLine(errorOutput))));
    });
  });
}

/** Returns the line that says what failed; the last ones only say what initdb removes. */
function tellingLine(output: string): string {
  const lines = output.trim().split('\n');
  const full = lines.find((line) => line.includes('No space left'));
  return full ?? lines.findLast((line) => /error|FATAL|PANIC|could not/.test(line)) ?? lines.at(-1) ?? '';
}

function initdbProblem(line: string): string {
  const [, uid] = /could not look up effective user ID (\d+)/.exec(line) ?? [];
  if (uid === undefined) return `initdb failed: ${line}`;
  return `The user ${uid} has no entry in /etc/passwd, which initdb needs: start as a user who has one, or set DATABASE_URL`;
}

function requireVersion(path: string, expected: string): void {
  const found = versionOf(path);
  if (found === expected) return;
  if (!/^\d/.test(found))
    throw new StartupError(`${path} holds no PostgreSQL database: move it away, or restore it from a backup`);
  throw new StartupError(
    `${path} was made by PostgreSQL ${found}, and the embedded one is ${expected}: start the version of Strongroom that made it`,
  );
}

function versionOf(path: string): string {
  try {
    return readFileSync(join(path, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return '';
  }
}

/**
 * Removes drafts of ended processes, and those with our own process id, which are from an earlier start: in a container
 * every start may have the same id.
 */
function removeAbandonedDrafts(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.draft-`)) continue;
    const maker = Number(DRAFT.exec(name)?.[1]);
    if (maker === process.pid || !isAlive(maker))
      rmSync(join(dirname(path), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
