/** Returns the secrets of an export, or undefined where it is not one. */
export function secretsIn(parsed: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  const isList = Array.isArray(parsed) && parsed.every((item) => typeof item === 'object' && item !== null);
  return isList ? (parsed as Readonly<Record<string, unknown>>[]) : undefined;
}
