import { readFile } from 'node:fs/promises';
import { printable } from '../../../common/printable.js';
import { SinkFailure } from '../sink-failure.js';

/** Names the files of a TLS connection, in PEM. */
export interface TlsFiles {
  /** The authorities that are trusted; undefined for those of Node.js. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Reads the files for one connection, so that renewed ones are used without a restart.
 * @throws SinkFailure when one cannot be read
 */
export async function readTlsFiles(files: TlsFiles): Promise<Partial<Record<keyof TlsFiles, Buffer>>> {
  const read = await Promise.all(
    Object.entries(files)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(async ([name, path]) => [name, await contentOf(path)] as const),
  );
  return Object.fromEntries(read);
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new SinkFailure(`${printable(path, 256)} cannot be read (${code})`);
  }
}
