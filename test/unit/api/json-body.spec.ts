import { describe, expect, it } from '@jest/globals';
import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import fc from 'fast-check';
import type { BodyReader } from '../../../src/api/http/unread-body.js';
import { JsonBody, type BodySource } from '../../../src/api/input/json-body.js';
import { ItemsReadBy, KeptAsSent } from '../../../src/api/input/kept-as-sent.decorator.js';
import { JsonText } from '../../../src/api/json/json-text.js';
import { BadParameters, TooLarge, UnsupportedContentType } from '../../../src/common/errors.js';

class Parent {
  @IsOptional()
  note?: unknown;
}

class Input extends Parent {
  @IsNotEmpty({ message: '`value` must not be empty' })
  @IsString({ message: '`value` must be a string' })
  value: string;

  @IsOptional()
  @IsString()
  other?: string;

  @IsOptional()
  @KeptAsSent()
  kept?: JsonText;

  @IsOptional()
  @ItemsReadBy(({ text }) => text.slice(0, 20))
  rows?: unknown[];

  undeclared?: string;
}

const READER = {} as BodyReader;
const MAX_PART_BYTES = 1_000_000;

/** Gives bytes at once, or as they would arrive for a large body: cut anywhere. */
function sourceOf(bytes: Buffer, pieceBytes?: number): BodySource {
  return {
    isLarge: pieceBytes !== undefined,
    maxPartBytes: MAX_PART_BYTES,
    read: () => Promise.resolve(bytes),
    pass: (_reader, take) => {
      for (let start = 0; start < bytes.length; start += pieceBytes ?? 1)
        take(bytes.subarray(start, start + (pieceBytes ?? 1)));
      return Promise.resolve();
    },
  };
}

function reading(pieceBytes?: number) {
  return async (
    bytes: string | Buffer | undefined,
    type: string | undefined = 'application/json',
    encoding?: string,
  ) => {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    return new JsonBody(buffer && sourceOf(buffer, pieceBytes), READER, type, encoding).read(Input);
  };
}

describe.each([
  ['in one piece', undefined],
  ['in pieces of one byte', 1],
  ['in pieces of seven bytes', 7],
])('JsonBody of a body %s', (_how, pieceBytes) => {
  const read = reading(pieceBytes);
  it.each([
    'application/json',
    'Application/JSON',
    'application/json;charset=utf-8',
    'application/json; charset="UTF-8"',
    ' application/json ; Charset = utf8',
    'application/json; a=b; charset=utf-8',
    'application/json;',
  ])('takes the content type %j', async (type) => {
    expect((await read('{"value": "x"}', type)).value).toBe('x');
  });

  it.each([
    '',
    ';',
    'json',
    'text/plain',
    'application/jsonx',
    'application/problem+json',
    'text/plain; application/json',
    'application/json, text/plain',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset=',
  ])('refuses the content type %j', async (type) => {
    await expect(read('{"value": "x"}', type)).rejects.toThrow(UnsupportedContentType);
  });

  it('refuses a missing content type and a compressed body', async () => {
    const body = new JsonBody(sourceOf(Buffer.from('{}'), pieceBytes), READER, undefined);
    await expect(body.read(Input)).rejects.toThrow(UnsupportedContentType);
    await expect(read('{"value": "x"}', 'application/json', 'gzip')).rejects.toThrow(UnsupportedContentType);
    expect((await read('{"value": "x"}', 'application/json', 'identity')).value).toBe('x');
  });

  it('judges the content type before the body', async () => {
    await expect(read('{', 'text/plain')).rejects.toThrow(UnsupportedContentType);
  });

  it.each([
    '{',
    'null',
    '[]',
    '"x"',
    '7',
    'true',
    ' ',
    '{"value": "x"} x',
    "{'value': 'x'}",
    '{"value": "a\nb"}',
    '\ufeff\ufeff{"value": "x"}',
    '\ufeff',
  ])('refuses %j', async (text) => {
    await expect(read(text)).rejects.toThrow(BadParameters);
  });

  it('skips a byte order mark', async () => {
    expect((await read('\ufeff{"value": "x"}')).value).toBe('x');
  });

  it('says where bytes are not UTF-8', async () => {
    for (const hex of ['ff', 'c3', 'eda080', 'c080', 'f4908080', 'e9']) {
      const bytes = Buffer.concat([
        Buffer.from('{"value":\n "é\ufffd'),
        Buffer.from(hex, 'hex'),
        Buffer.from('"}'),
      ]);
      await expect(read(bytes)).rejects.toThrow(
        'The body is not in UTF-8 (line 2, column 5): perhaps it is in Latin-1; send UTF-8',
      );
    }
  });

  it.each(['utf16le', 'utf16be'])(
    'names the encoding of a body in %s, with a mark and without',
    async (name) => {
      for (const mark of ['\ufeff', '']) {
        const bytes = Buffer.from(`${mark}{"value": "x"}`, 'utf16le');
        if (name === 'utf16be') bytes.swap16();
        await expect(read(bytes)).rejects.toThrow('The body is in UTF-16 or UTF-32: send UTF-8');
      }
    },
  );

  it.each([
    ['{"value": "x",\n "kept": [1,, 2]}', 'line 2, column 13'],
    ['{"value": "x",\n "rows": [{"a": 1},\n  {"é": nul}]}', 'line 3, column 9'],
    ['{"value": "x"\n "kept": 1}', 'line 2, column 2'],
    ['{"value": "x"} {}', 'line 1, column 16'],
    ['{"value" "x"}', 'line 1, column 10'],
    ['{"value": "x", "kept": 01}', 'line 1, column 25'],
    ['{"value": "x", }', 'line 1, column 16'],
    ['{"value": "\\x"}', 'line 1, column 12'],
    ['{"value": "x", "kept": {"a": [1, 2}}', 'line 1, column 35'],
    ['{"value": "x", "kept": "€\n"}', 'line 1, column 26'],
    ['{"value": "x", "other":', 'line 1, column 24'],
    ['{"value": "canary', 'line 1, column 18'],
  ])('says where %j is broken, and nothing of what it holds', async (text, place) => {
    const failure = await read(text).catch((error: unknown) => error as Error);
    expect(failure).toBeInstanceOf(BadParameters);
    expect((failure as Error).message).toContain(`The body is not valid JSON (${place}): `);
    expect((failure as Error).message).not.toContain('canary');
  });

  it('takes no bytes for no fields', async () => {
    await expect(read(undefined)).rejects.toThrow('`value` is missing: it must not be empty');
    await expect(read('')).rejects.toThrow('`value` is missing: it must not be empty');
    await expect(read('{}')).rejects.toThrow('`value` is missing: it must not be empty');
  });

  it('keeps declared fields, inherited ones too, and nothing else', async () => {
    const text =
      '{"value": "x", "note": {"a": [1]}, "undeclared": "u", "unknown": 1, "__proto__": {"polluted": 1},' +
      ' "constructor": {"prototype": {"polluted": 1}}, "toString": "no"}';
    const input = await read(text);
    expect(input).toBeInstanceOf(Input);
    expect({ ...input, undeclared: undefined }).toEqual({
      value: 'x',
      note: { a: [1] },
      undeclared: undefined,
    });
    expect(input.undeclared).toBeUndefined();
    expect(Object.getPrototypeOf(input)).toBe(Input.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ['{"value": "x", "value": "x"}', 'The body has `value` twice (line 1, column 16)'],
    ['{"value": "x", "val\\u0075e": "x"}', 'The body has `value` twice'],
    ['{"value": "x", "a\\nb": 1, "a\\nb": 2}', 'The body has `a\\u000ab` twice'],
    [
      '{"value": "x", "kept": {"canary": 1, "canary": 2}}',
      '`kept` has the same name twice in an object (line 1',
    ],
    [
      '{"value": "x", "note": [[{"canary": {"canary": 1, "canary": 2}}]]}',
      '`note` has the same name twice in',
    ],
    ['{"value": "x", "unknown": {"a": 1, "a": 1}}', '`unknown` has the same name twice in an object'],
    ['{"value": "x", "rows": [{}, {"a": 1, "a": 1}]}', '`rows[1]` has `a` twice (line 1, column 38)'],
    ['{"value": "x", "rows": [{"a": {"b": 1, "b": 1}}]}', '`rows[0].a` has the same name twice in an object'],
  ])('refuses the doubled name in %s', async (text, message) => {
    const failure = await read(text).catch((error: unknown) => error as Error);
    expect((failure as Error).message).toContain(message);
    expect((failure as Error).message).not.toContain('canary');
  });

  it.each([
    [
      '{"value": "x", "kept": 1e400}',
      '`kept` holds a number that is too large for a double (line 1, column 24)',
    ],
    ['{"value": "x", "kept": [{"a": -1E999}]}', '`kept` holds a number'],
    [`{"value": "x", "note": [${'9'.repeat(400)}]}`, '`note` holds a number'],
    ['{"value": "x", "rows": [{"a": [2e308]}]}', '`rows[0].a` holds a number'],
  ])('refuses the number that is not finite in %s', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it.each([
    '12345678901234567890',
    '0.1000000000000000055',
    '-0',
    '1E400'.replace('400', '2'),
    '1e-400',
    '9'.repeat(308),
    '{ "2" : 1 , "1" : [ ] }',
    '[1.0, 1.50, {"b": "\\u00e9", "a": "é/\\/"}]',
    '"a\\u0000\\u0062"',
    'null',
    'true',
  ])('keeps %s as it was sent', async (json) => {
    const { kept } = await read(`{"kept":\n ${json}\n , "value": "x"}`);
    expect(kept).toEqual(new JsonText(json));
    expect((await read(`{"value": "x", "kept":${json}}`)).kept).toEqual(new JsonText(json));
  });

  it('reads items from the JSON that was sent', async () => {
    const { rows } = await read('{"rows": [ {"a" : 1.0} ,\n"b", [1 , 2], 1.50 ], "value": "x"}');
    expect(rows).toEqual(['{"a" : 1.0}', '"b"', '[1 , 2]', '1.50']);
    expect((await read('{"rows": [ ], "value": "x"}')).rows).toEqual([]);
    await expect(read('{"rows": [\u00a0], "value": "x"}')).rejects.toThrow(
      'not valid JSON (line 1, column 11)',
    );
    await expect(read('{"rows": {"a": 1}, "value": "x"}')).resolves.toMatchObject({ rows: { a: 1 } });
  });

  it.each([
    ['{"value": "a\\u0000b"}', 'value'],
    ['{"value": "x", "note": [["\\u0000"]]}', 'note'],
    ['{"value": "x", "note": {"\\u0000": 1}}', 'note'],
  ])('refuses U+0000 in %s', async (text, field) => {
    await expect(read(text)).rejects.toThrow(`\`${field}\` holds the character U+0000`);
  });

  it('takes nothing from the prototype for a field', async () => {
    await expect(read('{"__proto__": {"value": "x"}}')).rejects.toThrow('`value` is missing');
  });

  it.each([
    ['{"value": 7}', '`value` must be a string; a number came'],
    ['{"value": null}', '`value` must not be empty; null came'],
    ['{"value": ""}', '`value` must not be empty; an empty string came'],
    ['{"value": ["canary"]}', '`value` must be a string; an array came'],
    ['{"value": {"canary": 1}}', '`value` must be a string; an object came'],
    ['{"value": "x", "other": ["canary"]}', 'other must be a string; an array came'],
  ])('names the field of %s and not what it holds', async (text, message) => {
    const failure = await read(text).catch((error: unknown) => error as Error);
    expect(failure).toBeInstanceOf(BadParameters);
    expect((failure as Error).message).toBe(message);
  });

  it.each([
    '{"value": "\\ud800"}',
    '{"value": "a\\udc00b"}',
    '{"value": "\\udc00\\ud800"}',
    '{"value": "x", "note": ["\\ud800"]}',
    '{"value": "x", "note": {"\\ud800": 1}}',
    '{"value": "x", "note": [[{"a": "\\udfff"}]]}',
    '{"value": "x", "kept": "\\ud83d"}',
    '{"value": "x", "kept": [{"\\ude00": 1}]}',
    '{"value": "x", "note": "\\ud83dx\\ude00"}',
  ])('refuses the lone surrogate in %s', async (text) => {
    await expect(read(text)).rejects.toThrow(/`(value|note|kept)` holds half of a character/);
  });

  it('takes surrogates in pairs, and lone ones in fields that nobody reads', async () => {
    expect((await read('{"value": "\\ud83d\\ude00", "unknown": "\\ud800"}')).value).toBe('😀');
  });

  it('never repeats the body in a refusal', async () => {
    for (const text of [
      '{"value": "canary',
      'canary',
      '"canary"',
      '{"canary": }',
      '{"value": "\\ud800canary"}',
    ]) {
      const failure = await read(text).catch((error: unknown) => error as Error);
      expect((failure as Error).message).not.toContain('canary');
      expect((failure as Error).cause).toBeUndefined();
    }
  });

  it('reads any text as it was written', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => !/\p{Surrogate}/u.test(value));
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const storable = value.replaceAll('\u0000', '') || 'x';
        const input = await read(JSON.stringify({ value: storable, kept: value }));
        expect([input.value, input.kept?.parse()]).toEqual([storable, value]);
      }),
    );
  });

  it('refuses anything else as a bad parameter', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), async (text) => {
        const failure = await read(text).catch((error: unknown) => error);
        expect(failure instanceof BadParameters || failure instanceof Input).toBe(true);
      }),
    );
  });
});

describe('JsonBody', () => {
  const [whole, inPieces] = [reading(), reading(5)];
  const inLargePieces = reading(100_000);

  it('survives deep nesting', async () => {
    const depth = 200_000;
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect((await whole(`{"value": "x", "unknown": ${deep}}`)).value).toBe('x');
    expect((await whole(`{"value": "x", "note": ${deep}}`)).value).toBe('x');
    await expect(whole('['.repeat(depth))).rejects.toThrow(BadParameters);
    await expect(inPieces(`{"value": "x", "note": [${deep}]}`)).rejects.toThrow(TooLarge);
  });

  it('reads the same in pieces as at once', async () => {
    const space = fc.constantFrom('', ' ', '\n\t', '  ');
    const json = fc.oneof(
      fc.jsonValue().map((note) => ({ value: 'x', note })),
      fc.array(fc.jsonValue()).map((note) => ({ note, value: 'x', more: [note, {}] })),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(json, space, async (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const [one, other] = await Promise.allSettled([whole(text), inPieces(text)]);
        if (one.status === 'fulfilled') expect(other).toEqual(one);
        else expect(other.status).toBe('rejected');
      }),
    );
  });

  it('finds the same text to be no JSON, whatever a byte of it is replaced with', async () => {
    const text = '{"value": "x", "note": [{"a": [1, "]"]}, "b\\"", [] ], "other" : "y" }';
    for (let place = 0; place < text.length; place += 1)
      for (const other of ['', '"', '\\', '{', '}', '[', ']', ',', ':', ' ', '1', 'é']) {
        const changed = text.slice(0, place) + other + text.slice(place + 1);
        const [one, two] = await Promise.allSettled([whole(changed), inPieces(changed)]);
        expect([changed, two.status]).toEqual([changed, one.status]);
        if (one.status === 'fulfilled') expect(two).toEqual(one);
      }
  });

  it('limits what is parsed at once', async () => {
    const long = 'x'.repeat(MAX_PART_BYTES);
    await expect(inLargePieces(`{"value": "${long}"}`)).rejects.toThrow(TooLarge);
    await expect(inLargePieces(`{"value": "x", "rows": [1, "${long}"]}`)).rejects.toThrow(TooLarge);
    await expect(inLargePieces(`{"value": "x", "note": [1, "${long}"]}`)).rejects.toThrow(TooLarge);
    const list = Array.from({ length: 20 }, () => long.slice(100));
    expect((await inLargePieces(JSON.stringify({ value: 'x', rows: list }))).rows).toHaveLength(20);
  });
});
