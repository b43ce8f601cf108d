/** Limits the number of a version, which the database counts in 32 bits. */
export const MOST_VERSION_NUMBER = 2_147_483_647;

/** Returns the number of a version that a text gives in digits; undefined for any other text. */
export function versionNumber(text: string): number | undefined {
  const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  return number !== undefined && number <= MOST_VERSION_NUMBER ? number : undefined;
}
