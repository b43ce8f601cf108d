import type { FileHandle } from 'node:fs/promises';

const LINE_FEED = 10;
const BLOCK_BYTES = 65_536;

/**
 * Cuts off what was written of a line when a write ended half-way, so that the file holds whole lines only. The line is sent
 * again. Where a file can only be appended to, its last line is ended instead.
 */
export async function endLastLine(file: FileHandle, size: number): Promise<void> {
  const end = await endOfWholeLines(file, size);
  if (end === size) return;
  try {
    await file.truncate(end);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    await file.appendFile('\n');
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
