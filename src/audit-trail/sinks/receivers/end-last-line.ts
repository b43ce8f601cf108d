import type { FileHandle } from 'node:fs/promises';
import { LINE_BEGINNING } from '../sealed-line.js';

const LINE_FEED = 10;
const BLOCK_BYTES = 65_536;

/**
 * Cuts off what was written of a line when a write ended half-way, so that the file holds whole lines only. The line is sent
 * again. Where a file can only be appended to, its last line is ended instead, and so is one that somebody else wrote.
 */
export async function endLastLine(file: FileHandle, size: number): Promise<void> {
  const end = await endOfWholeLines(file, size);
  if (end === size) return;
  if (!(await isOwnLine(file, end, size)) || !(await hasCut(file, end))) await file.appendFile('\n');
}

/** Tells whether what stands there is the beginning of a line that a sink writes. */
async function isOwnLine(file: FileHandle, begin: number, end: number): Promise<boolean> {
  const length = Math.min(end - begin, LINE_BEGINNING.length);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, begin);
  return bytesRead === length && LINE_BEGINNING.startsWith(buffer.toString('latin1'));
}

/** Cuts a file off; returns false for one that can only be appended to. */
async function hasCut(file: FileHandle, end: number): Promise<boolean> {
  try {
    await file.truncate(end);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    return false;
  }
}

/** Returns the offset after the last line feed. */
async function endOfWholeLines(file: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let end = size; end > 0;) {
    const begin = Math.max(0, end - BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, end - begin, begin);
    const last = block.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (last >= 0) return begin + last + 1;
    end = begin;
  }
  return 0;
}
