import { afterAll, describe, expect, it } from '@jest/globals';
import { SchemaValidator } from '../../../../src/secrets/value-schema/schema-validator.js';

const DRAFT_7 = { $schema: 'http://json-schema.org/draft-07/schema#' };
const NESTED = { properties: { db: { properties: { port: { maximum: 20 } } } } };

/** Lists what clients match, in the words of Python's jsonschema; the value itself is left out. */
const TOLD: readonly (readonly [schema: object, value: unknown, message: string])[] = [
  [{ type: 'object' }, 'canary', "The value is not of type 'object'"],
  [{ type: ['string', 'null'] }, 77, "The value is not of type 'string', 'null'"],
  [{ type: 'integer' }, 77.5, "The value is not of type 'integer'"],
  [{ maximum: 20 }, 77, 'The value is greater than the maximum of 20'],
  [{ exclusiveMaximum: 20 }, 77, 'The value is greater than or equal to the maximum of 20'],
  [{ minimum: 5 }, -77, 'The value is less than the minimum of 5'],
  [{ exclusiveMinimum: 5.5 }, -77, 'The value is less than or equal to the minimum of 5.5'],
  [{ multipleOf: 2 }, 77, 'The value is not a multiple of 2'],
  [
    { enum: ['a', 1, true, null, { b: [] }] },
    'canary',
    "The value is not one of ['a', 1, True, None, {'b': []}]",
  ],
  [{ const: 'x' }, 'canary', "'x' was expected"],
  [{ minLength: 9 }, 'canary', 'The value is too short (at least 9 characters)'],
  [{ maxLength: 3 }, 'canary', 'The value is too long (at most 3 characters)'],
  [{ pattern: '^a' }, 'canary', "The value does not match '^a'"],
  [{ minItems: 3 }, ['canary'], 'The value is too short (at least 3 items)'],
  [{ maxItems: 0 }, ['canary'], 'The value is too long (at most 0 items)'],
  [{ uniqueItems: true }, ['canary', 'canary'], 'The value has non-unique elements'],
  [{ contains: { const: 1 } }, ['canary'], 'The value does not contain items matching the given schema'],
  [
    { contains: { const: 1 }, minContains: 2 },
    [1],
    'The value does not contain the right number of items matching the given schema',
  ],
  [
    { prefixItems: [{}], items: false },
    [1, 'canary'],
    'Expected at most 1 items but found more in the value',
  ],
  [
    { ...DRAFT_7, items: [{}], additionalItems: false },
    [1, 'canary'],
    'Additional items are not allowed in the value',
  ],
  [{ items: { type: 'number' } }, [1, 'canary'], "The value at /* is not of type 'number'"],
  [{ required: ['user'] }, { canary: 1 }, "'user' is a required property of the value"],
  [{ minProperties: 2 }, { canary: 1 }, 'The value does not have enough properties'],
  [{ maxProperties: 0 }, { canary: 1 }, 'The value has too many properties'],
  [
    { properties: { a: {} }, additionalProperties: false },
    { canary: 1 },
    'Additional properties are not allowed (at least one was unexpected in the value)',
  ],
  [
    { unevaluatedProperties: false },
    { canary: 1 },
    'Unevaluated properties are not allowed (at least one was unexpected in the value)',
  ],
  [{ unevaluatedItems: false }, ['canary'], 'Unevaluated items are not allowed in the value'],
  [{ propertyNames: { maxLength: 3 } }, { canary: 1 }, 'A property name in the value is too long (at most 3'],
  [{ dependentRequired: { a: ['b'] } }, { a: 'canary' }, "'b' is a dependency of 'a' in the value"],
  [{ ...DRAFT_7, dependencies: { a: ['b'] } }, { a: 'canary' }, "'b' is a dependency of 'a' in the value"],
  [
    { anyOf: [{ type: 'null' }, { maximum: 3 }] },
    77,
    "The value is not valid under any of the given schemas (The value is not of type 'null'; The value is greater " +
      'than the maximum of 3)',
  ],
  [{ oneOf: [{ type: 'null' }] }, 77, 'The value is not valid under any of the given schemas'],
  [{ oneOf: [{}, {}] }, 77, 'The value is valid under each of several of the given schemas'],
  [{ allOf: [{ type: 'null' }] }, 77, "The value is not of type 'null'"],
  [{ not: { const: 'canary' } }, 'canary', 'The value should not be valid under the given schema'],
  [{ if: {}, then: { type: 'null' } }, 77, "The value is not of type 'null'"],
  [{ properties: { a: false } }, { a: 'canary' }, 'False schema does not allow the value at /a'],
  [NESTED, { db: { port: 77 } }, 'The value at /db/port is greater than the maximum of 20'],
  [
    { ...NESTED, properties: { db: { required: ['x'] } } },
    { db: {} },
    "'x' is a required property of the value at /db",
  ],
  [
    { patternProperties: { c: { properties: { in: { type: 'null' } } } } },
    { canary: { in: 77 } },
    "The value at /*/in is not of type 'null'",
  ],
  [{ additionalProperties: { type: 'null' } }, { canary: 77 }, "The value at /* is not of type 'null'"],
  [
    { properties: { 'a/b~': { type: 'null' } } },
    { 'a/b~': 77 },
    "The value at /a~1b~0 is not of type 'null'",
  ],
  [
    { $defs: { a: { minimum: 3 } }, properties: { b: { $ref: '#/$defs/a' } } },
    { b: -77 },
    'The value at /b is less than the minimum of 3',
  ],
];

describe('a value that does not satisfy a schema', () => {
  const validator = new SchemaValidator();
  afterAll(() => validator.onModuleDestroy());

  it.each(TOLD)('is told in the words that clients match: %j, %j', async (schema, value, message) => {
    const verdict = await validator.check({ group: 'tenant', member: 'user' }, schema, value);
    expect(verdict).toEqual({ kind: 'invalid', reason: expect.stringContaining(message) });
    expect(JSON.stringify(verdict)).not.toMatch(/canary|77/);
  });

  it('is told briefly, whatever the schema', async () => {
    const schema = { enum: Array.from({ length: 1_000 }, (_, index) => `allowed-${index}`) };
    const verdict = await validator.check({ group: 'tenant', member: 'user' }, schema, 'canary');
    expect(verdict).toMatchObject({
      reason: expect.stringMatching(/^The value is not one of \['allowed-0', /),
    });
    expect(JSON.stringify(verdict).length).toBeLessThan(400);
  });
});
