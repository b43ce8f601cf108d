import { printable } from '../printable.js';

const LONGEST = 256;

/**
 * Returns why a text cannot name a secret, a tenant or a user, or undefined when it can. The rule and the order of the
 * checks are Cloudify's: not empty, at most 256 characters, only URL-unreserved characters, a letter first.
 */
export function nameProblem(text: string): string | undefined {
  if (text === '') return 'must not be empty';
  if (text.length > LONGEST) return `must be at most ${LONGEST} characters long; ${text.length} came`;
  if (!/^[A-Za-z0-9._~-]*$/.test(text)) {
    return `"${printable(text)}" may only hold letters, digits, \`-\`, \`.\`, \`_\` and \`~\``;
  }
  if (!/^[A-Za-z]/.test(text)) return `"${printable(text)}" must begin with a letter`;
  return undefined;
}
