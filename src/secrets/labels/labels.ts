import { printable } from '../../common/printable.js';

/** Holds the labels of a secret: texts by name, in clear. */
export type Labels = Readonly<Record<string, string>>;

export const MOST_LABELS = 64;
export const LONGEST_LABEL_NAME = 63;
/** Limits a value, in characters (Unicode code points). */
export const LONGEST_LABEL_VALUE = 255;

/** Limits all labels of a secret together, in bytes of their JSON in UTF-8: every read and list carries them. */
export const MOST_LABEL_BYTES = 8_192;

export const LABEL_NAME_PATTERN = '^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$';
const NAME = new RegExp(LABEL_NAME_PATTERN);

/** Returns why a text cannot name a label, or undefined where it can. A name holds no `=`, which ends it in filters. */
export function labelNameProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.length > LONGEST_LABEL_NAME)
    return `must be at most ${LONGEST_LABEL_NAME} characters long; ${name.length} came`;
  return NAME.test(name)
    ? undefined
    : `"${printable(name)}" may only hold letters, digits, \`.\`, \`_\`, \`-\` and \`/\`, and must begin and end with a letter or digit`;
}

/** Returns why something cannot be the value of a label, or undefined where it can. The empty text can. */
export function labelValueProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  const { length } = Array.from(value);
  if (length > LONGEST_LABEL_VALUE)
    return `can be at most ${LONGEST_LABEL_VALUE} characters long; ${length} came`;
  if (!value.isWellFormed()) return 'must not hold half of a character (a lone surrogate)';
  return /\p{Cc}/u.test(value) ? 'must hold no control characters' : undefined;
}

/** Returns why something cannot be the labels of a secret, or undefined where it can. */
export function labelsProblem(labels: unknown): string | undefined {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels))
    return 'must be an object of strings, or null';
  const pairs = Object.entries(labels);
  if (pairs.length > MOST_LABELS) return `can hold at most ${MOST_LABELS} labels; ${pairs.length} came`;
  for (const [name, value] of pairs) {
    const ofName = labelNameProblem(name);
    if (ofName !== undefined) return `has a name that is not valid: the name ${ofName}`;
    const ofValue = labelValueProblem(value);
    if (ofValue !== undefined) return `has a value that is not valid: \`${name}\` ${ofValue}`;
  }
  const bytes = Buffer.byteLength(JSON.stringify(labels), 'utf8');
  return bytes > MOST_LABEL_BYTES
    ? `can have at most ${MOST_LABEL_BYTES} bytes of JSON together; ${bytes} came`
    : undefined;
}
