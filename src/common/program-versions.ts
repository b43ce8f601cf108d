import { packageVersion } from './package-version.js';

/** Returns the versions of the program and of Node.js, as the first line of a start has them. */
export function programVersions(): { readonly version: string; readonly node: string } {
  return { version: packageVersion(), node: process.version };
}
