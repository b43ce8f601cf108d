import { JsonText } from '../json/json-text.js';

/** Names the kind of a JSON value, never its content. */
export function kindOf(value: unknown): string {
  if (value instanceof JsonText) return kindOfText(value.text);
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const KINDS: Readonly<Record<string, string>> = {
  '{': 'an object',
  '[': 'an array',
  '"': 'a string',
  t: 'a boolean',
  f: 'a boolean',
  n: 'null',
};

function kindOfText(text: string): string {
  return text === '""' ? 'an empty string' : (KINDS[text.charAt(0)] ?? 'a number');
}

/**
 * Completes a message about a field of a body with what came: nothing, a value of another type, or a text of another
 * length. The value itself is never repeated.
 * @param message a sentence that begins with the field, such as "`name` must be a string"
 */
export function withWhatCame(message: string, field: string, value: unknown): string {
  if (value === undefined) {
    const subject = `\`${field}\` `;
    return message.startsWith(subject)
      ? `${subject}is missing: it ${message.slice(subject.length)}`
      : message;
  }
  if (message.endsWith(' came')) return message;
  if (typeof value === 'string' && value !== '' && /characters long$/.test(message))
    return `${message}; ${Array.from(value).length} came`;
  const kind = kindOf(value);
  return isOfWrongKind(message, field, kind) ? `${message}; ${kind} came` : message;
}

/** Tells whether a rule about the kind of the value failed, rather than one about what is in it. */
function isOfWrongKind(message: string, field: string, kind: string): boolean {
  const subject = [`\`${field}\` `, `${field} `].find((beginning) => message.startsWith(beginning));
  const rule = subject === undefined ? '' : message.slice(subject.length);
  if (kind === 'a string') return /^must be (?:true or false$|a whole number|an array|an object)/.test(rule);
  return rule.startsWith('must ') && !rule.replace('a whole number', 'a number').includes(kind);
}
