import { BulkRefused } from '../bulk-errors.js';
import { isDangerousName } from './dangerous-names.js';

export const NAME_STYLES = ['as_is', 'upper'] as const;

/** Says how keys become the names of variables. */
export interface EnvNaming {
  readonly style: (typeof NAME_STYLES)[number];
  /** Begins every key, and is left out of the names. */
  readonly stripPrefix: string;
  /** The dangerous names that are wanted all the same. */
  readonly allowedNames: ReadonlySet<string>;
}

/** Matches the name of a variable (POSIX, Base Definitions, 3.216). */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Returns the name of a variable for each key, in their order: without the prefix, with `_` for `.`, `-` and `~`.
 * @throws BulkRefused for a key that has no name, a dangerous name that is not allowed, and two keys of one name
 */
export function envNames(keys: readonly string[], naming: EnvNaming): Map<string, string> {
  const keyOfName = new Map<string, string>();
  const names = new Map<string, string>();
  for (const key of keys) {
    const name = nameOf(key, naming);
    const other = keyOfName.get(name);
    if (other !== undefined) throw collision(name, other, key);
    keyOfName.set(name, key);
    names.set(key, name);
  }
  return names;
}

function nameOf(key: string, { style, stripPrefix, allowedNames }: EnvNaming): string {
  if (!key.startsWith(stripPrefix))
    throw refused(key, `does not begin with \`strip_prefix\`, \`${stripPrefix}\``);
  const rest = key.slice(stripPrefix.length).replace(/[.~-]/g, '_');
  const name = style === 'upper' ? rest.toUpperCase() : rest;
  if (!NAME.test(name)) {
    const found = name === '' ? 'nothing' : `\`${name}\``;
    throw refused(
      key,
      `leaves ${found} as the name of a variable, which must begin with a letter or \`_\`; strip less of it`,
    );
  }
  if (isDangerousName(name) && !allowedNames.has(name))
    throw refused(
      key,
      `would set the variable \`${name}\`, by which programs can be made to do something else; rename the secret, or list ` +
        'the name in `allow_names` if that is wanted',
    );
  return name;
}

function collision(name: string, one: string, other: string): BulkRefused {
  return new BulkRefused(
    `No secret was given: \`${one}\` and \`${other}\` would both set the variable \`${name}\`; read them apart, or rename one`,
    [one, other].map((key) => ({ key, outcome: 'refused' })),
  );
}

function refused(key: string, problem: string): BulkRefused {
  return new BulkRefused(`No secret was given: \`${key}\` ${problem}`, [{ key, outcome: 'refused' }]);
}
