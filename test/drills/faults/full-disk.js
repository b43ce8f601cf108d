import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { atExit } from '../support/at-exit.js';

const SIZE = '400m';
const MOST_BYTES = 500_000_000;
const BALLOON = 'balloon';

/** Mounts a small file system in memory. Returns whether this user may. */
export function mountSmall(folder) {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]);
  if (status !== 0) return false;
  atExit(() => spawnSync('umount', ['-l', folder]));
  return true;
}

/**
 * Fills the small file system to the last byte.
 * @throws Error for any other, which is never filled: others need it
 */
export function fill(folder) {
  const { blocks, bsize } = statfsSync(folder);
  if (blocks * bsize > MOST_BYTES) throw new Error(`${folder} is not on the small file system of the drill`);
  const file = openSync(join(folder, BALLOON), 'w');
  try {
    for (let size = 1024 * 1024; size >= 512;) size = wrote(file, size) ? size : size / 2;
  } finally {
    closeSync(file);
  }
}

export function release(folder) {
  rmSync(join(folder, BALLOON));
}

function wrote(file, size) {
  try {
    return writeSync(file, Buffer.alloc(size)) > 0;
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
    return false;
  }
}
