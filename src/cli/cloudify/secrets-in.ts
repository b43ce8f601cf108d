/** The secrets of an export; undefined where it is none. */
export function secretsIn(parsed: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  const isList = Array.isArray(parsed) && parsed.every((item) => typeof item === 'object' && item !== null);
  return isList ? (parsed as Readonly<Record<string, unknown>>[]) : undefined;
}
