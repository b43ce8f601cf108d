import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverUser } from '../../src/database/embedded/server-user.js';

const SIZE = '16m';
const BALLOON = 'balloon';

/** Is a small file system in memory, for the test server to keep tables on. Only root can mount one. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  /** Returns undefined where this user may not mount it. */
  static mount(): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-disk-'));
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]);
    if (status !== 0) {
      rmSync(folder, { recursive: true });
      return undefined;
    }
    const disk = new SmallDisk(folder);
    chmodSync(folder, 0o755);
    mkdirSync(disk.tables, { mode: 0o700 });
    serverUser().own(disk.tables);
    return disk;
  }

  /** Returns the folder of a tablespace. */
  get tables(): string {
    return join(this.folder, 'tables');
  }

  /** Takes all room that is left, to the last byte. */
  fill(): void {
    const file = openSync(join(this.folder, BALLOON), 'w');
    try {
      for (let size = 1024 * 1024; size >= 512;) size = wrote(file, size) ? size : size / 2;
    } finally {
      closeSync(file);
    }
  }

  release(): void {
    rmSync(join(this.folder, BALLOON), { force: true });
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}

function wrote(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size)) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    return false;
  }
}
