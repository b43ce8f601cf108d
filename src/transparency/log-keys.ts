import { VerifierKey } from './note/verifier-key.js';
import { readTreeSize } from './tree/tree-size.js';

interface SigningKey {
  readonly key: VerifierKey;
  /** The size of the first tree that this key signed. */
  readonly from: number;
}

/** Says what is wrong with a line of a file of keys. */
export class LogKeysError extends Error {
  override readonly name = 'LogKeysError';
}

/**
 * Holds the verifier keys of logs. Each signs the checkpoints of its log from one size of the tree on, up to where the
 * next begins, so a key that was replaced counts for nothing later.
 */
export class LogKeys {
  private constructor(private readonly logs: ReadonlyMap<string, readonly SigningKey[]>) {}

  /**
   * Reads a file of keys: a line is `<verifier key> <size>`; empty lines and those that begin with `#` are skipped.
   * @throws LogKeysError that names the line
   */
  static parse(text: string): LogKeys {
    const logs = new Map<string, SigningKey[]>();
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const [, encoded = '', decimal = ''] = /^(\S+) (\d+)$/.exec(line.trim()) ?? [];
      const [key, from] = [VerifierKey.parse(encoded), readTreeSize(decimal)];
      if (key === undefined || from === undefined)
        throw new LogKeysError(
          `line ${index + 1} is no verifier key with the size from which it signs, such as \`<name>+<key id>+<key> 0\``,
        );
      const known = logs.get(key.name) ?? [];
      if (known.some((other) => other.from === from))
        throw new LogKeysError(`line ${index + 1} has a second key of the same log from size ${from} on`);
      logs.set(key.name, [...known, { key, from }]);
    }
    if (logs.size === 0) throw new LogKeysError('it holds no keys');
    return new LogKeys(logs);
  }

  /** Tells whether there is any key of a log. */
  has(origin: string): boolean {
    return this.logs.has(origin);
  }

  /** Returns the key that signs the checkpoint of that size; undefined where there is none. */
  keyFor(origin: string, size: number): VerifierKey | undefined {
    const begun = (this.logs.get(origin) ?? []).filter(({ from }) => from <= size);
    return begun.sort((one, other) => other.from - one.from)[0]?.key;
  }
}

/** Returns the line of a file of keys. */
export function logKeyLine(key: VerifierKey, from: number): string {
  return `${key.toString()} ${from}\n`;
}
