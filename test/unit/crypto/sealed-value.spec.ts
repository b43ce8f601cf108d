import { createHash, createSecretKey } from 'node:crypto';
import { Writable } from 'node:stream';
import { Console } from 'node:console';
import { format, inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { DecryptionError } from '../../../src/crypto/crypto-errors.js';
import { openEnvelope, sealEnvelope } from '../../../src/crypto/envelope.js';
import { SealedValue } from '../../../src/crypto/sealed-value.js';
import { sealedValueTransformer } from '../../../src/crypto/sealed-value.transformer.js';
import { TenantCipher } from '../../../src/crypto/tenant-cipher.js';
import { createLogger } from '../../../src/observability/logger.js';

const KEY = createSecretKey(createHash('sha256').update('strongroom unit tests').digest());
const BINDING = {
  tenantId: '018f3c5e-7a10-7b21-8c32-9d43ae54bf65',
  secretId: '018f3c60-1111-7222-8333-944455556666',
  key: 'k',
  version: 1,
};
const VALUE = { format: 'text', text: 'canary' } as const;
const BYTES = sealEnvelope(KEY, 5, BINDING, VALUE);
const sealed = SealedValue.fromBytes(BYTES);
const cipher = new TenantCipher(BINDING.tenantId, 5, KEY);

class Row {
  constructor(
    readonly id: string,
    readonly value: SealedValue,
  ) {}
}

function written(): { text: () => string; stream: Writable } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { text: () => text, stream };
}

function onConsole(): string {
  const { text, stream } = written();
  const console = new Console({ stdout: stream, stderr: stream });
  console.log(sealed, new Row('r', sealed), String(sealed));
  console.log('%s %o %O %j', sealed, sealed, sealed, sealed);
  console.dir(new Row('r', sealed), { depth: null, showHidden: true });
  console.table([new Row('r', sealed)]);
  return text();
}

function inLog(): string {
  const { text, stream } = written();
  const logger = createLogger('trace', stream);
  logger.error({ row: new Row('r', sealed), sealed, list: [sealed] }, 'a row');
  logger.error(Object.assign(new Error('a failure', { cause: sealed }), { row: sealed }));
  logger.log(sealed);
  return text();
}

const SHOWN: Record<string, () => string> = {
  'JSON.stringify': () => JSON.stringify(sealed),
  'JSON.stringify in an object': () => JSON.stringify({ a: [new Row('r', sealed)] }),
  String: () => String(sealed),
  'a template': () => `value: ${sealed as unknown as string}.`,
  'a sum of texts': () => 'value: ' + (sealed as unknown as string),
  'Array.join': () => [sealed].join(),
  toLocaleString: () => sealed.toLocaleString(),
  'util.inspect': () => inspect(sealed),
  'util.inspect of a row': () => inspect(new Row('r', sealed), { depth: 9 }),
  'util.inspect of a Map': () => inspect(new Map([[sealed, sealed]])),
  'util.format': () => format('%s %o %O %j', sealed, sealed, sealed, sealed),
  'an error with properties': () => inspect(Object.assign(new Error('x'), { parameters: [sealed] })),
  'an error with a cause': () => inspect(new Error('x', { cause: sealed })),
  'an AggregateError': () => inspect(new AggregateError([Object.assign(new Error('x'), { sealed })])),
  console: onConsole,
  'the log': inLog,
};

/** Expects no part of the envelope or the text, in any usual encoding of bytes. */
function expectNothingOf(text: string): void {
  expect(text).not.toContain('canary');
  expect(text).not.toMatch(/Buffer|Uint8Array|"data":\[|commitment/);
  for (const encoding of ['hex', 'base64', 'latin1', 'utf8'] as const) {
    expect(text).not.toContain(BYTES.subarray(6, 18).toString(encoding));
  }
  expect(text).not.toContain(BYTES.subarray(6, 12).join(','));
  expect(text).not.toContain(
    BYTES.subarray(6, 12)
      .toString('hex')
      .replace(/(..)(?=.)/g, '$1 '),
  );
}

describe('SealedValue', () => {
  it.each(Object.keys(SHOWN))('shows itself as [sealed] in %s', (name) => {
    const text = SHOWN[name]!();
    expect(text).toContain('[sealed]');
    expectNothingOf(text);
  });

  it.each([
    [
      'its own inspection switched off',
      () => inspect(sealed, { customInspect: false, showHidden: true, depth: 9 }),
    ],
    ['getters evaluated', () => inspect(sealed, { customInspect: false, getters: true, depth: 9 })],
    ['a copy of its fields', () => JSON.stringify({ ...sealed })],
    ['its names and entries', () => JSON.stringify([Object.keys(sealed), Object.entries(sealed)])],
    ['a structured clone', () => inspect(structuredClone(sealed), { showHidden: true })],
    ['a number', () => format('%d %i %f', sealed, sealed, sealed)],
  ])('shows nothing with %s', (_what, show) => {
    expectNothingOf(show());
  });

  it('keeps the very bytes it was given, and opens with the binding', () => {
    expect(sealed.bytes).toBe(BYTES);
    expect(sealed.generation).toBe(5);
    expect(openEnvelope(KEY, BINDING, sealed.bytes)).toEqual(VALUE);
  });

  it('seals a bound value once, when its envelope is asked for, and forgets the clear text', () => {
    const bound = SealedValue.of(cipher, BINDING, VALUE);
    expect([bound.generation, bound.size]).toEqual([5, BYTES.length]);
    expect(bound.bytes).toBe(bound.bytes);
    expect(bound.bytes.equals(BYTES)).toBe(false);
    expect(bound.open(cipher, BINDING)).toEqual(VALUE);
    expect(() => bound.open(cipher, { ...BINDING, version: 2 })).toThrow(DecryptionError);
  });

  it.each(['before', 'after'])('shows nothing of a bound value %s it is sealed', (when) => {
    const bound = SealedValue.of(cipher, BINDING, VALUE);
    if (when === 'after') expect(bound.size).toBe(bound.bytes.length);
    for (const shown of [
      JSON.stringify({ bound }),
      String(bound),
      inspect(bound, { customInspect: false, showHidden: true, getters: false, depth: 9 }),
      JSON.stringify({ ...bound }),
      inspect(structuredClone(bound), { showHidden: true }),
    ])
      expect(shown).not.toContain('canary');
  });

  it('refuses bytes that are no envelope', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('canary'), BYTES.subarray(0, 85), Buffer.alloc(86)]) {
      expect(() => SealedValue.fromBytes(bytes)).toThrow(DecryptionError);
      expect(() => SealedValue.fromBytes(bytes)).not.toThrow('canary');
    }
  });
});

describe('sealedValueTransformer', () => {
  it('seals what is bound, and gives back what opens only with the binding', () => {
    const column = sealedValueTransformer.to(SealedValue.of(cipher, BINDING, VALUE));
    const read = sealedValueTransformer.from(column)!;
    expect(read.open(cipher, BINDING)).toEqual(VALUE);
    expect(() => read.open(cipher, { ...BINDING, key: 'K' })).toThrow(DecryptionError);
  });

  it('takes bytes from the column and gives the same bytes back', () => {
    const value = sealedValueTransformer.from(BYTES);
    expect(value).toBeInstanceOf(SealedValue);
    expect(sealedValueTransformer.to(value)).toBe(BYTES);
  });

  it('leaves nothing as nothing', () => {
    expect(sealedValueTransformer.from(null)).toBeNull();
    expect(sealedValueTransformer.from(undefined)).toBeNull();
    expect(sealedValueTransformer.to(null)).toBeNull();
    expect(sealedValueTransformer.to(undefined)).toBeUndefined();
  });

  it.each([
    ['a text', 'canary'],
    ['bytes', BYTES],
    ['an object', { bytes: BYTES }],
    ['a number', 0],
    ['an empty text', ''],
  ])('stores no %s', (_what, value) => {
    expect(() => sealedValueTransformer.to(value) as unknown).toThrow(
      new TypeError('Only a sealed value can be stored here'),
    );
  });

  it.each([
    ['a text', '\\x01'],
    ['an array', [...BYTES]],
    ['a number', 1],
  ])('reads no %s', (_what, value) => {
    expect(() => sealedValueTransformer.from(value) as unknown).toThrow(
      new TypeError('The column did not give bytes'),
    );
  });

  it('reads no bytes that are no envelope', () => {
    expect(() => sealedValueTransformer.from(Buffer.from('canary')) as unknown).toThrow(DecryptionError);
  });
});
