import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/** Limits how long a lock counts whose maker cannot be seen from here, as in another container. */
const STALE_MS = 60_000;

/** Does work while no other process has the lock, a file that names the machine and the process which made it. */
export async function underLock(path, work) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${hostname()} ${process.pid}\n`);
  try {
    while (!take(draft, path)) {
      removeIfStale(path);
      await sleep(POLL_MS);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Makes the lock with its content in one step. */
function take(draft, path) {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the lock of a process that has ended. Moved away first, since another start may have replaced it meanwhile.
 */
function removeIfStale(path) {
  if (!isStale(path)) return;
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (!isStale(aside)) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(error.code)) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function isStale(path) {
  try {
    const [host, pid] = readFileSync(path, 'utf8').split(' ');
    if (host === hostname()) return !isAlive(Number(pid));
    return Date.now() - statSync(path).mtimeMs > STALE_MS;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function isAlive(pid) {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
