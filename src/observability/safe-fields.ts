import { errorFields, isError } from './error-fields.js';

type Fields = Record<string, unknown>;

const SHOWN = '[sealed]';
const DEEPEST = 4;

/** Lists the names of fields that are never logged, in lower case without `-` and `_`. */
const SECRET_NAMES = new Set([
  'authorization',
  'proxyauthorization',
  'authenticationtoken',
  'cookie',
  'setcookie',
  'token',
  'password',
  'value',
  'query',
  'parameters',
  'detail',
  'rootkeys',
  'databaseurl',
  'databaseownerurl',
  'adminpassword',
  'auditwebhookurl',
  'auditwebhookkey',
]);

/**
 * Returns fields as they may be logged, at any depth: fields with a secret's name are masked, errors keep only their
 * safe fields, bytes are never written. Objects with `toJSON` are asked for it.
 */
export function safeFields(fields: object, depth = 0): Fields {
  const result: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name !== '__proto__') result[name] = isSecret(name) ? SHOWN : safe(value, depth + 1);
  }
  return result;
}

const MOST_KNOWN_NAMES = 1_000;
const knownNames = new Map<string, boolean>();

/** Remembers which names are secret: there are few, and testing one costs more than remembering it. */
function isSecret(name: string): boolean {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  const secret = SECRET_NAMES.has(name.toLowerCase().replace(/[-_]/g, ''));
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.set(name, secret);
  return secret;
}

function safe(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isError(value)) return errorFields(value);
  if (ArrayBuffer.isView(value)) return SHOWN;
  if (depth >= DEEPEST) return '[…]';
  if (hasToJson(value)) return safe(value.toJSON(), depth + 1);
  return Array.isArray(value) ? value.map((item) => safe(item, depth + 1)) : safeFields(value, depth);
}

function hasToJson(value: object): value is { toJSON: () => unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
