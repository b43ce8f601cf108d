import type { GivenFile } from './given-file.js';

const PAUSE_MILLISECONDS = 2_000;
const MEBIBYTE = 1_048_576;

/** Passes the chunks of a file on, and tells every two seconds how far it was read. */
export async function* withProgress(
  { chunks, size }: GivenFile,
  tell: (line: string) => void,
  now: () => number = () => performance.now(),
): AsyncGenerator<Buffer> {
  let [read, told] = [0, now()];
  for await (const chunk of chunks) {
    yield chunk;
    read += chunk.length;
    if (now() - told < PAUSE_MILLISECONDS) continue;
    told = now();
    const share = size === undefined || size === 0 ? '' : ` (${Math.floor((100 * read) / size)} %)`;
    tell(`… ${Math.floor(read / MEBIBYTE).toLocaleString('en')} MiB verified${share}`);
  }
}
