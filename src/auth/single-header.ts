import type { IncomingMessage } from 'node:http';

/**
 * Returns a header that must not be sent twice; undefined where it is missing or repeated. It reads the raw lines,
 * since Node.js keeps the first of some repeated headers and joins others.
 */
export function singleHeader(
  { rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>,
  name: string,
): string | undefined {
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index];
    if (given?.length !== name.length || given.toLowerCase() !== name) continue;
    if (found !== undefined) return undefined;
    found = rawHeaders[index + 1];
  }
  return found;
}
