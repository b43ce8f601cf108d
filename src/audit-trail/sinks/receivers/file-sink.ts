import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { printable } from '../../../common/printable.js';
import { sealedLines } from '../sealed-line.js';
import type { SealedEvent, Sink } from '../sink.js';
import { reasonOfFailure, SinkFailure } from '../sink-failure.js';
import { untilAborted } from '../until-aborted.js';
import { endLastLine } from './end-last-line.js';

/**
 * Appends lines to a file, and has them on the disk before it returns. It opens the file for each delivery, so that the file
 * can be rotated without a signal.
 */
export class FileSink implements Sink {
  readonly name = 'file';
  private writing: Promise<void> | undefined;

  constructor(private readonly path: string) {}

  async deliver(events: readonly SealedEvent[], signal: AbortSignal): Promise<void> {
    // A file system that hangs would otherwise take one thread of the pool after the other.
    if (this.writing !== undefined) throw new SinkFailure('the file system has not ended an earlier write');
    this.writing = this.append(sealedLines(events)).finally(() => (this.writing = undefined));
    await untilAborted(this.writing, signal);
  }

  async check(signal: AbortSignal): Promise<string> {
    await untilAborted(this.requireWritable(), signal);
    return `events can be appended to ${printable(this.path, 256)}`;
  }

  private async append(lines: Buffer): Promise<void> {
    const file = await open(this.path, 'a+', 0o600);
    try {
      const { size } = await file.stat();
      if (size === 0) await syncFolder(dirname(this.path));
      else await endLastLine(file, size);
      await file.appendFile(lines);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  private async requireWritable(): Promise<void> {
    const found = await stat(this.path).catch(() => undefined);
    if (found?.isDirectory() === true) throw new SinkFailure(`${printable(this.path, 256)} is a folder`);
    const place = found === undefined ? dirname(this.path) : this.path;
    try {
      await access(place, constants.W_OK);
    } catch (error) {
      throw new SinkFailure(`${printable(place, 256)} cannot be written to (${reasonOfFailure(error)})`);
    }
  }
}

/** Makes a new name in a folder survive a crash. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some file systems have no such call for folders.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    await folder.close();
  }
}
