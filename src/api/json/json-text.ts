/**
 * Holds a JSON value as the text that was sent. A value that was parsed and written again may be another one: numbers
 * lose digits, and names change their order.
 */
export class JsonText {
  /** @param text valid JSON */
  constructor(readonly text: string) {}

  /** Returns the parsed value. Its numbers are the nearest doubles. */
  parse(): unknown {
    return JSON.parse(this.text);
  }

  /** Tells whether the value is an object. */
  get isObject(): boolean {
    return this.text.startsWith('{');
  }

  /** Keeps `JSON.stringify` from changing the value silently; use `jsonOf`. */
  toJSON(): never {
    throw new TypeError('A JsonText is written by jsonOf');
  }
}

/**
 * Writes an object as JSON, as `JSON.stringify` does. A member that is a `JsonText` is written as the text that it
 * holds.
 */
export function jsonOf(value: unknown): string {
  if (!holdsText(value)) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const text = member instanceof JsonText ? member.text : (JSON.stringify(member) as string | undefined);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${members.join(',')}}`;
}

function holdsText(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) if ((value as Record<string, unknown>)[name] instanceof JsonText) return true;
  return false;
}
