import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ServerFiles } from './server-process.js';

/**
 * Removes the lock files of an ended server whose process id is in use again, which any program may have after a
 * restart of the container or the machine. PostgreSQL itself would refuse to start while that program runs.
 */
export function removeStaleLocks({ cluster, socketDirectory }: ServerFiles): void {
  removeIfStale(join(cluster, 'postmaster.pid'));
  removeIfStale(join(socketDirectory, '.s.PGSQL.5432.lock'));
}

/**
 * Removes a stale lock. A concurrent start may have replaced it in the meantime, so it is checked again after it was
 * moved aside, and moved back if it is valid.
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
 * Tells whether the lock names a running process that is not PostgreSQL. A process that has ended is detected by
 * PostgreSQL itself.
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
