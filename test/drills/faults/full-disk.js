import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { atExit } from '../support/at-exit.js';

const SIZE = '400m';
const BALLOON = 'balloon';

/** Mounts a small file system in memory. Returns whether this user may. */
export function mountSmall(folder) {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]);
  if (status !== 0) return false;
  atExit(() => spawnSync('umount', ['-l', folder]));
  return true;
}

/** Fills the file system to the last byte. */
export function fill(folder) {
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
