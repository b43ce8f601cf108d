/** Limits the versions that are kept of a secret, whatever the bounds of its tenant. */
export const MOST_VERSIONS = 1_000;

/** Tells whether a number of versions can be kept: the current one at least. */
export function isVersionCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_VERSIONS;
}
