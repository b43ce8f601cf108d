// @ts-check
/**
 * The program of the worker that `SchemaValidator` starts. JavaScript as it is, so that it runs from the sources under
 * test as well as from the build: nothing translates a worker's program under Jest.
 *
 * It takes `{ schema, value }`, both as JSON, and answers each with a verdict. No text of it holds anything of the value:
 * the validator's messages and the paths that are given with them come from the schema alone.
 */
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Formats are remarks, as JSON Schema has it by default; a keyword that is not known is none. */
const OPTIONS = {
  strict: false,
  validateFormats: false,
  ownProperties: true,
  logger: /** @type {false} */ (false),
};
const SHOWN_ERRORS = 3;
const NEWEST = 'https://json-schema.org/draft/2020-12/schema';

/** The stack ran out, over the schema alone: values that could do that are turned away before. */
const CIRCLE = /** @type {const} */ ({ kind: 'unusable', reason: 'its references lead in a circle' });

/** @type {Record<string, () => import('ajv').Ajv | Ajv2019 | Ajv2020>} */
const DIALECTS = {
  [NEWEST]: () => new Ajv2020(OPTIONS),
  'https://json-schema.org/draft/2019-09/schema': () => new Ajv2019(OPTIONS),
  'http://json-schema.org/draft-07/schema': () => new Ajv(OPTIONS),
  'http://json-schema.org/draft-06/schema': () => {
    const draft06 = createRequire(import.meta.url)('ajv/dist/refs/json-schema-draft-06.json');
    return new Ajv(OPTIONS).addMetaSchema(draft06);
  },
};

/** @type {Map<string, ReturnType<(typeof DIALECTS)[string]>>} */
const validators = new Map();

/** @param {string} dialect */
function validatorOf(dialect) {
  const known = validators.get(dialect);
  if (known !== undefined) return known;
  const validator = /** @type {() => import('ajv').Ajv} */ (DIALECTS[dialect])();
  validators.set(dialect, validator);
  return validator;
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
  const validator = validatorOf(dialect);
  try {
    return verdict(validator.compile(schema), value);
  } catch (error) {
    if (error instanceof RangeError || !(error instanceof Error)) return CIRCLE;
    return { kind: 'unusable', reason: error.message };
  } finally {
    validator.removeSchema();
  }
}

/**
 * @param {import('ajv').ValidateFunction} satisfies
 * @param {string} value
 * @returns {import('./schema-validator.js').Verdict}
 */
function verdict(satisfies, value) {
  try {
    if (satisfies(JSON.parse(value)) === true) return { kind: 'valid' };
  } catch {
    return CIRCLE;
  }
  const errors = (satisfies.errors ?? []).slice(0, SHOWN_ERRORS);
  return {
    kind: 'invalid',
    reason: errors.map(({ message = 'not valid', schemaPath }) => `${message} (${schemaPath})`).join('; '),
  };
}

// What is compiled first takes a hundred times as long: not at the cost of who asks first.
verdictOn({ schema: '{"type":"object"}', value: '{}' });
parentPort?.on('message', (question) => parentPort?.postMessage(verdictOn(question)));
parentPort?.postMessage('ready');
