import type { IncomingMessage } from 'node:http';

/**
 * A header that must not be given twice: Node keeps the first of some and joins others, so the lines themselves are
 * looked at. Undefined where it is missing or repeated.
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
