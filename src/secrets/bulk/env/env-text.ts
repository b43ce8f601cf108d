import type { SecretValue } from '../../../crypto/secret-value.js';
import { BulkRefused } from '../bulk-errors.js';

/** Holds a variable, and the key of the secret that it has the value of. */
export interface EnvVariable {
  readonly key: string;
  readonly name: string;
  readonly value: SecretValue;
}

/**
 * Returns lines such as `NAME='value'`, which a POSIX shell can source, with the values to the byte; a structured value is
 * its JSON.
 * @throws BulkRefused for a value that no variable can hold
 */
export function envText(variables: readonly EnvVariable[]): string {
  return variables.map(({ key, name, value }) => `${name}=${quoted(textOf(key, value))}\n`).join('');
}

/**
 * Quotes a text. A single quote is written as `'"'"'`: systemd reads that in an `EnvironmentFile` as a shell does, unlike
 * `'\''`.
 */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

function textOf(key: string, { text }: SecretValue): string {
  if (!text.includes('\u0000')) return text;
  throw new BulkRefused(
    `No secret was given: the value of \`${key}\` holds the character U+0000, which no variable can hold; read it with ` +
      'the format `items` or `map`',
    [{ key, outcome: 'refused' }],
  );
}
