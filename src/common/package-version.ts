import { readFileSync } from 'node:fs';

let version: string | undefined;

/** Returns the version in package.json, which lies above the built files as it does above the sources. */
export function packageVersion(): string {
  version ??=
    read(new URL('../../package.json', import.meta.url)) ??
    read(new URL('../../../package.json', import.meta.url));
  return version ?? 'unknown';
}

function read(path: URL): string | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}
