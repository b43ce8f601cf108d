// @ts-check
/**
 * Runs in the worker that `SchemaValidator` starts. It is JavaScript, so that it runs from the sources under
 * test as well as from the build: nothing translates a worker's program under Jest.
 *
 * It takes `{ schema, value }`, both as JSON, and answers each with a verdict. No text of it holds anything of the
 * value.
 */
import { readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { mismatchMessage } from './mismatch-message.js';

/** Treats `format` as an annotation, which is the default of JSON Schema, and ignores unknown keywords. */
const OPTIONS = {
  strict: false,
  validateFormats: false,
  ownProperties: true,
  logger: /** @type {false} */ (false),
};
const NEWEST = 'https://json-schema.org/draft/2020-12/schema';

/**
 * Reports that the schema alone exhausted the stack: deep values, and most circles of references, are refused before.
 */
const CIRCLE = /** @type {const} */ ({ kind: 'unusable', reason: 'its references lead in a circle' });

/** @typedef {import('ajv').Ajv | Ajv2019 | Ajv2020} Validator */

/** @type {Record<string, (options: import('ajv').Options) => Validator>} */
const DIALECTS = {
  [NEWEST]: (options) => new Ajv2020(options),
  'https://json-schema.org/draft/2019-09/schema': (options) => new Ajv2019(options),
  'http://json-schema.org/draft-07/schema': (options) => new Ajv(options),
  'http://json-schema.org/draft-06/schema': (options) => {
    const draft06 = createRequire(import.meta.url)('ajv/dist/refs/json-schema-draft-06.json');
    return new Ajv(options).addMetaSchema(draft06, undefined, false);
  },
};

/**
 * Holds validators by dialect, which judge schemas by their meta-schema only: that is compiled once.
 * @type {Map<string, Validator>}
 */
const judges = new Map();

/**
 * Returns the validators of a dialect. One keeps parts of whatever it has compiled for as long as it lives, so each
 * schema has one of its own.
 * @param {string} dialect
 */
function validatorsOf(dialect) {
  const make = /** @type {(options: import('ajv').Options) => Validator} */ (DIALECTS[dialect]);
  const judge = judges.get(dialect) ?? make(OPTIONS);
  judges.set(dialect, judge);
  return { judge, own: make({ ...OPTIONS, validateSchema: false }) };
}

/**
 * @param {{ schema: string, value: string }} question
 * @returns {import('./schema-validator.js').Verdict}
 */
function verdictOn({ schema: schemaText, value }) {
  const schema = JSON.parse(schemaText);
  const { $schema = NEWEST } = schema;
  const dialect = typeof $schema === 'string' ? $schema.replace(/#$/, '') : '';
  if (!Object.hasOwn(DIALECTS, dialect))
    return { kind: 'unusable', reason: `\`$schema\` must be one of ${Object.keys(DIALECTS).join(', ')}` };
  if ('$async' in schema) return { kind: 'unusable', reason: '`$async` is no keyword of JSON Schema' };
  const { judge, own } = validatorsOf(dialect);
  try {
    judge.validateSchema(schema, true);
    return verdict(own.compile(schema), schema, value);
  } catch (error) {
    if (error instanceof RangeError || !(error instanceof Error)) return CIRCLE;
    return { kind: 'unusable', reason: error.message };
  }
}

/**
 * @param {import('ajv').ValidateFunction} satisfies
 * @param {object} schema
 * @param {string} value
 * @returns {import('./schema-validator.js').Verdict}
 */
function verdict(satisfies, schema, value) {
  try {
    if (satisfies(JSON.parse(value)) === true) return { kind: 'valid' };
  } catch {
    return CIRCLE;
  }
  return { kind: 'invalid', reason: mismatchMessage(satisfies.errors ?? [], schema) };
}

/** Names this thread for its parent, which reads there what processor time it uses. Linux only. */
function threadName() {
  try {
    return readlinkSync('/proc/thread-self');
  } catch {
    return undefined;
  }
}

// What is compiled first takes a hundred times as long: not at the cost of who asks first.
verdictOn({ schema: '{"type":"object"}', value: '{}' });
parentPort?.on('message', (question) => parentPort?.postMessage(verdictOn(question)));
parentPort?.postMessage({ thread: threadName() });
