// @ts-check
/**
 * Says how a value does not satisfy a schema, in the words of Python's `jsonschema`, which clients match. Where those
 * words repeat the value, these say where it stands. Everything in a message comes from the schema alone.
 */

/** @typedef {import('ajv').ErrorObject} ErrorObject */

/**
 * Describes what Ajv tells of an error, by its keyword.
 * @typedef {Readonly<Record<string, unknown>>} Params
 */

/** Limits the errors of the schemas of `anyOf` and `oneOf` that are told. */
const SHOWN_CAUSES = 2;

/**
 * Maps a keyword to what is wrong with the value. `what` is the subject, such as "The value at /port".
 * @type {Record<string, (what: string, params: Params) => string>}
 */
const MESSAGES = {
  type: (what, { type }) => `${what} is not of type ${[type].flat().map(shown).join(', ')}`,
  enum: (what, { allowedValues }) => `${what} is not one of ${shown(allowedValues)}`,
  const: (what, { allowedValue }) => `${what} is not right: ${shown(allowedValue)} was expected`,
  maximum: (what, { limit }) => `${what} is greater than the maximum of ${limit}`,
  exclusiveMaximum: (what, { limit }) => `${what} is greater than or equal to the maximum of ${limit}`,
  minimum: (what, { limit }) => `${what} is less than the minimum of ${limit}`,
  exclusiveMinimum: (what, { limit }) => `${what} is less than or equal to the minimum of ${limit}`,
  multipleOf: (what, { multipleOf }) => `${what} is not a multiple of ${multipleOf}`,
  minLength: (what, { limit }) => `${what} is too short (at least ${limit} characters)`,
  maxLength: (what, { limit }) => `${what} is too long (at most ${limit} characters)`,
  pattern: (what, { pattern }) => `${what} does not match ${shown(pattern)}`,
  minItems: (what, { limit }) => `${what} is too short (at least ${limit} items)`,
  maxItems: (what, { limit }) => `${what} is too long (at most ${limit} items)`,
  uniqueItems: (what) => `${what} has non-unique elements`,
  contains: (what, { minContains = 1, maxContains }) =>
    maxContains === undefined && minContains === 1
      ? `${what} does not contain items matching the given schema`
      : `${what} does not contain the right number of items matching the given schema`,
  items: (what, { limit }) => `Expected at most ${limit} items but found more in ${lower(what)}`,
  additionalItems: (what) => `Additional items are not allowed in ${lower(what)}`,
  unevaluatedItems: (what) => `Unevaluated items are not allowed in ${lower(what)}`,
  required: (what, { missingProperty }) =>
    `${shown(missingProperty)} is a required property of ${lower(what)}`,
  minProperties: (what) => `${what} does not have enough properties`,
  maxProperties: (what) => `${what} has too many properties`,
  additionalProperties: (what) =>
    `Additional properties are not allowed (at least one was unexpected in ${lower(what)})`,
  unevaluatedProperties: (what) =>
    `Unevaluated properties are not allowed (at least one was unexpected in ${lower(what)})`,
  propertyNames: (what) => `${what} has a property with a name that is not allowed`,
  dependentRequired: dependency,
  dependencies: dependency,
  anyOf: (what) => `${what} is not valid under any of the given schemas`,
  oneOf: (what, { passingSchemas }) =>
    passingSchemas === null
      ? `${what} is not valid under any of the given schemas`
      : `${what} is valid under each of several of the given schemas`,
  not: (what) => `${what} should not be valid under the given schema`,
  'false schema': (what) => `False schema does not allow ${lower(what)}`,
  if: (what, { failingKeyword }) => `${what} is not valid under the schema of ${shown(failingKeyword)}`,
};

/**
 * Returns what is wrong with the value.
 * @param {readonly ErrorObject[]} errors in the order of Ajv: causes come before what they cause
 * @param {object} schema
 */
export function mismatchMessage(errors, schema) {
  const names = propertyNames(schema);
  const last = errors.at(-1);
  if (last === undefined) return 'The value is not valid';
  const causes = errors.slice(0, -1);
  const isWrapper = last.keyword === 'if' || last.keyword === 'propertyNames';
  const cause = causes.at(-1);
  if (isWrapper && cause !== undefined) return messageOf(cause, names);
  const message = messageOf(last, names);
  if (causes.length === 0 || !['anyOf', 'oneOf'].includes(last.keyword)) return message;
  return `${message} (${causes
    .slice(0, SHOWN_CAUSES)
    .map((one) => messageOf(one, names))
    .join('; ')})`;
}

/**
 * @param {ErrorObject} error
 * @param {ReadonlySet<string>} names
 */
function messageOf({ keyword, params, instancePath, propertyName }, names) {
  const place = pointer(instancePath, names);
  const subject = propertyName === undefined ? 'The value' : 'A property name in the value';
  const what = place === '' ? subject : `${subject} at ${place}`;
  const message = Object.hasOwn(MESSAGES, keyword) ? MESSAGES[keyword] : undefined;
  return message?.(what, params) ?? `${what} is not valid (${keyword})`;
}

/**
 * @param {string} what
 * @param {Params} params
 */
function dependency(what, { property, missingProperty }) {
  return `${shown(missingProperty)} is a dependency of ${shown(property)} in ${lower(what)}`;
}

/** @param {string} what */
function lower(what) {
  return what.charAt(0).toLowerCase() + what.slice(1);
}

/**
 * Returns a JSON pointer, in which `*` stands for what the schema does not name: that is a part of the value.
 * @param {string} path
 * @param {ReadonlySet<string>} names
 */
function pointer(path, names) {
  return path
    .split('/')
    .map((part) => (part === '' || names.has(part.replaceAll('~1', '/').replaceAll('~0', '~')) ? part : '*'))
    .join('/');
}

/**
 * Returns the names that a schema gives to properties, anywhere in it.
 * @param {object} schema
 */
function propertyNames(schema) {
  const names = new Set();
  /** @type {unknown[]} */
  const left = [schema];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node !== 'object' || node === null) continue;
    const { properties } = /** @type {{ properties?: unknown }} */ (node);
    if (typeof properties === 'object' && properties !== null)
      for (const name of Object.keys(properties)) names.add(name);
    for (const child of Object.values(node)) left.push(child);
  }
  return names;
}

/**
 * Writes a value of the schema as Python does.
 * @param {unknown} value
 * @returns {string}
 */
function shown(value) {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const members = Object.entries(value).map(([name, member]) => `${shown(name)}: ${shown(member)}`);
  return `{${members.join(', ')}}`;
}
