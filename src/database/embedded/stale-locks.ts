import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ServerFiles } from './server-process.js';

/**
 * Removes the lock files of a server that has ended although its process id is in use: after a restart of the container
 * or the machine any program may have it. PostgreSQL itself would refuse to start while that program runs.
 */
export function removeStaleLocks({ cluster, socketDirectory }: ServerFiles): void {
  removeIfStale(join(cluster, 'postmaster.pid'));
  removeIfStale(join(socketDirectory, '.s.PGSQL.5432.lock'));
}

/**
 * Removes a stale lock. Another start may have replaced it in the meantime: the lock is read once more, and put back.
 */
function removeIfStale(path: string): void {
  if (!isStale(path)) return;
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
    if (!isStale(aside)) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * Tells whether the lock names a running process that is not PostgreSQL; PostgreSQL itself detects one that has ended.
 */
function isStale(path: string): boolean {
  const pid = Number.parseInt(textOf(path) ?? '', 10);
  const command = Number.isNaN(pid) ? undefined : textOf(`/proc/${Math.abs(pid)}/cmdline`);
  if (command === undefined) return false;
  return !basename(command.split('\0', 1)[0] ?? '').startsWith('postgres');
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
