import { afterAll, describe, expect, it } from '@jest/globals';
import { Busy } from '../../../../src/common/errors.js';
import { SchemaValidator } from '../../../../src/secrets/value-schema/schema-validator.js';

const validator = new SchemaValidator();
afterAll(() => validator.onModuleDestroy());

const check = (schema: object, value: unknown, group = 'tenant', member = 'user') =>
  validator.check({ group, member }, schema, value);
const nested = (levels: number, inside: unknown = 'x'): unknown =>
  Array.from({ length: levels }).reduce<unknown>((value) => [value], inside);

const RUNAWAY = { type: 'string', pattern: '^(a+)+$' };
const VICTIM = `${'a'.repeat(40)}!`;

describe('SchemaValidator', () => {
  it.each([
    [{ type: 'string' }, 'x'],
    [{ type: 'object', required: ['a'] }, { a: null }],
    [{ enum: [0, false, '', null] }, null],
    [{}, [1, { b: 2 }]],
    [{ $schema: 'http://json-schema.org/draft-06/schema#', exclusiveMinimum: 1 }, 2],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] }, ['a', 1]],
    [{ $schema: 'https://json-schema.org/draft/2019-09/schema', dependentRequired: { a: ['b'] } }, { b: 1 }],
    [
      { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }] },
      ['a', 1],
    ],
    [{ definitions: { port: { type: 'integer' } }, items: { $ref: '#/definitions/port' } }, [1, 2]],
    [{ properties: { next: { $ref: '#' } }, additionalProperties: false }, { next: { next: {} } }],
    [{ format: 'email', 'a-keyword-of-somebody': 1 }, 'no address'],
    [{ $id: 'https://example.com/again' }, 1],
    [{ $id: 'https://example.com/again' }, 2],
  ])('finds %j satisfied by %j', async (schema, value) => {
    expect(await check(schema, value)).toEqual({ kind: 'valid' });
  });

  it.each([
    [{ type: 'string' }, 5, "is not of type 'string'"],
    [{ required: ['toString'] }, {}, "'toString' is a required property"],
    [{ prefixItems: [{ type: 'string' }] }, [1], "The value at /* is not of type 'string'"],
    [
      { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] },
      [1],
      "The value at /* is not of type 'string'",
    ],
    [
      { $defs: { a: { minimum: 3 } }, properties: { b: { $ref: '#/$defs/a' } } },
      { b: 1 },
      'The value at /b is less than the minimum of 3',
    ],
    [{ anyOf: [{ const: 1 }, { type: 'null' }] }, 2, 'is not valid under any of the given schemas'],
    [{ pattern: '^"\u0007\u2028' }, 'x', "does not match '^'\\u0007\\u2028'"],
  ])('finds %j not satisfied by %j', async (schema, value, reason) => {
    const verdict = await check(schema, value);
    expect(verdict).toEqual({ kind: 'invalid', reason: expect.stringContaining(reason) });
  });

  it('keeps nothing of the schemas that it has seen, so that none is refused for those before it', async () => {
    for (let index = 0; index < 600; index += 1) {
      const schema = { not: { enum: [`${index}`.padEnd(60_000, 'x')] } };
      expect([index, await check(schema, 'y')]).toEqual([index, { kind: 'valid' }]);
    }
  });

  it('never repeats anything of the value, names of properties included', async () => {
    const value = { 'canary-name': 'canary-text', list: ['canary-item', 'canary-item'] };
    const schemas = [
      { additionalProperties: { type: 'number' } },
      { additionalProperties: false },
      { unevaluatedProperties: false },
      { propertyNames: { maxLength: 3 } },
      { patternProperties: { name: { type: 'array' } } },
      { properties: { list: { uniqueItems: true } } },
      { properties: { list: { items: { const: 'x' } } } },
      { not: {} },
    ];
    for (const schema of schemas) {
      const verdict = await check(schema, value);
      expect(verdict.kind).toBe('invalid');
      expect(JSON.stringify(verdict)).not.toContain('canary');
    }
  });

  it.each([
    ['a remote reference', { $ref: 'http://192.0.2.1/schema.json' }, /can't resolve reference http:/],
    ['a reference to nothing', { $ref: '#/definitions/none' }, /can't resolve reference/],
    ['a remote dynamic reference', { $dynamicRef: 'http://192.0.2.1/x' }, /cannot be used/],
    ['a file', { $ref: 'file:///etc/passwd' }, /can't resolve reference/],
    ['a type that is none', { type: 'text' }, /schema is invalid/],
    ['a pattern that is none', { pattern: '(' }, /Invalid regular expression/],
    ['an unknown dialect', { $schema: 'http://json-schema.org/draft-04/schema#' }, /must be one of/],
    ['a dialect that is no text', { $schema: 4 }, /must be one of/],
    ['what would be answered later', { $async: true }, /\$async/],
    ['a circle', { $ref: '#' }, /circle/],
    [
      'a wide circle',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
      /circle/,
    ],
    ['the name of a dialect', { $id: 'https://json-schema.org/draft/2020-12/schema' }, /already exists/],
    ['too deep a schema', { not: nested(64) }, /nests deeper than 64/],
    ['too large a schema', { description: 'x'.repeat(65_536) }, /larger than 65536 bytes/],
    ['too many subschemas', { anyOf: Array.from({ length: 2000 }, () => ({})) }, /more than 2000/],
  ])('cannot use %s', async (_what, schema, reason) => {
    const verdict = await check(schema, 'x');
    expect(verdict).toEqual({ kind: 'unusable', reason: expect.stringMatching(reason) });
  });

  it('cannot use a schema for a value that nests too deep, and says so before anything recurs', async () => {
    expect(await check({}, nested(64))).toEqual({ kind: 'valid' });
    const verdict = { kind: 'unusable', reason: '`value` nests deeper than 64 levels' };
    expect(await check({}, nested(65))).toEqual(verdict);
    expect(await check({}, nested(100_000))).toEqual(verdict);
  });

  it('cuts off a pattern that runs away, and answers the next', async () => {
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 10);
    const [runaway, next] = await Promise.all([check(RUNAWAY, VICTIM), check({ type: 'string' }, 'x')]);
    clearInterval(ticking);
    expect(runaway).toEqual({ kind: 'unusable', reason: expect.stringContaining('takes too long') });
    expect(next).toEqual({ kind: 'valid' });
    // None, or one at the end, where this thread was blocked.
    expect(turns).toBeGreaterThan(2);
    expect(await check(RUNAWAY, 'aaa')).toEqual({ kind: 'valid' });
  });

  it('cuts off a schema that branches without end', async () => {
    const branch = { anyOf: Array.from({ length: 12 }, () => ({ $ref: '#/$defs/next' })) };
    const $defs = { next: { type: 'array', items: branch } };
    const wide = Array.from({ length: 40 }, () => nested(30));
    expect(await check({ $defs, $ref: '#/$defs/next' }, wide)).toMatchObject({ kind: 'unusable' });
    expect(await check({ type: 'null' }, null)).toEqual({ kind: 'valid' });
  });

  it('has checks of a tenant wait in line', async () => {
    const harmless = Array.from({ length: 16 }, () => check({ type: 'string' }, 'x'));
    expect(await Promise.all(harmless)).toEqual(harmless.map(() => ({ kind: 'valid' })));
  });

  it('lets a check of another tenant pass costly ones', async () => {
    let ended = 0;
    const costly = Array.from({ length: 10 }, () =>
      check(RUNAWAY, VICTIM, 'costly').finally(() => (ended += 1)),
    );
    await check({ type: 'string' }, 'x', 'other');
    // The one that ran when the other came, and perhaps one whose turn it was.
    expect(ended).toBeLessThanOrEqual(2);
    await Promise.allSettled(costly);
  });

  it('lets the users of a tenant take turns', async () => {
    const order: string[] = [];
    const asked = ['one', 'one', 'one', 'two'].map(async (user) => {
      await check({ type: 'string' }, 'x', 'tenant', user);
      order.push(user);
    });
    await Promise.all(asked);
    expect(order).toEqual(['one', 'one', 'two', 'one']);
  });

  it('turns away what would have to wait behind two hundred of its tenant', async () => {
    const many = Array.from({ length: 202 }, () => check({ type: 'string' }, 'x', 'greedy'));
    const other = check({ type: 'string' }, 'x', 'other');
    const outcomes = await Promise.allSettled(many);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([
      { status: 'rejected', reason: expect.any(Busy) },
    ]);
    expect(await other).toEqual({ kind: 'valid' });
  });
});
