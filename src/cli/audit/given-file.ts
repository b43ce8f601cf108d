import { createReadStream, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { printable } from '../../common/printable.js';
import { CommandError } from '../command-error.js';

/** Holds a file that is read from its beginning to its end. */
export interface GivenFile {
  /** Names the file in messages. */
  readonly name: string;
  /** Its size in bytes; undefined where it is not known before. */
  readonly size: number | undefined;
  readonly chunks: AsyncIterable<Buffer>;
}

/** Reads a little more at once than streams do, since each part costs a turn of the event loop. */
const CHUNK_BYTES = 1_048_576;

/**
 * Opens a file, or standard input for `-`.
 * @throws CommandError where it cannot be read, also later from the chunks
 */
export async function openGiven(path: string, input: AsyncIterable<Buffer>): Promise<GivenFile> {
  if (path === '-') return { name: 'standard input', size: undefined, chunks: input };
  const name = printable(path, 256);
  try {
    const { size } = await stat(path);
    return { name, size, chunks: readable(path, name) };
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** Returns the text of a small file. @throws CommandError where it cannot be read */
export function readGiven(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(printable(path, 256), error);
  }
}

async function* readable(path: string, name: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, error: unknown): CommandError {
  const { code = 'error' } = error as NodeJS.ErrnoException;
  return new CommandError(`Cannot read ${name} (${code})`, 'notFound');
}
