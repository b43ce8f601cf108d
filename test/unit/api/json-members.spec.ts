import { describe, expect, it } from '@jest/globals';
import { JsonFault } from '../../../src/api/json/json-fault.js';
import { splitJson } from '../../../src/api/json/json-members.js';
import { JsonText, jsonOf } from '../../../src/api/json/json-text.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { SEED, seeded } from '../../support/seeded.js';

const SOURCE = { document: 'It', hasFields: true };
const BLANKS = ['', '', '', ' ', '\n', '\t', '\r\n', '  '];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '-12',
  '12345678901234567890',
  '0.1000000000000000055',
  '1e2',
  '1E+2',
  '-1.5e-7',
];
const TEXTS = [
  '',
  'a',
  'é',
  '😀',
  '\\"',
  '\\\\',
  '\\/',
  '\\n',
  '\\u0041',
  '\\ud83d\\ude00',
  '\u2028',
  '{',
  '[',
  ',',
  ':',
];
const MUTATIONS = [...'{}[],:"\\0123456789.eE+-tfn u\n\u0001é', 'null', '1e400', '"a":', '""'];

/** Writes a random JSON document, with white space anywhere, in which no name is there twice. */
function documentOf(random: SeededRandom, depth = 0): string {
  const blank = () => random.of(BLANKS);
  const text = () => `"${Array.from({ length: random.below(4) }, () => random.of(TEXTS)).join('')}"`;
  const list = (item: (index: number) => string) =>
    Array.from({ length: random.below(4) }, (_, index) => `${blank()}${item(index)}${blank()}`).join(',');
  const value = (): string => documentOf(random, depth + 1);
  switch (random.below(depth > 4 ? 3 : 6)) {
    case 0:
      return random.of(NUMBERS);
    case 1:
      return text();
    case 2:
      return random.of(['true', 'false', 'null']);
    case 3:
      return `[${list(value) || blank()}]`;
    default:
      return `{${list((index) => `"${index}${text().slice(1)}${blank()}:${blank()}${value()}`) || blank()}}`;
  }
}

/** Replaces, inserts or removes something at a random place. */
function changed(random: SeededRandom, text: string): string {
  const place = random.below(text.length + 1);
  return text.slice(0, place) + random.of([...MUTATIONS, '']) + text.slice(place + random.below(2));
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Counts the members that a document writes, by its colons outside of texts. */
const written = (text: string): number => text.replace(/"(\\.|[^"\\])*"/gs, '').split(':').length - 1;

/** Counts the members that a value has, and tells whether all its numbers are finite. */
function kept(value: unknown): { members: number; finite: boolean } {
  if (typeof value !== 'object' || value === null)
    return { members: 0, finite: typeof value !== 'number' || Number.isFinite(value) };
  const children = (Object.values(value) as unknown[]).map(kept);
  const own = Array.isArray(value) ? 0 : children.length;
  return {
    members: children.reduce((sum, { members }) => sum + members, own),
    finite: children.every(({ finite }) => finite),
  };
}

describe('splitJson', () => {
  it('takes what JSON.parse takes, unless a name is there twice or a number is not finite', () =>
    seeded(() => {
      const random = new SeededRandom(SEED);
      const seen = { taken: 0, broken: 0, lossy: 0 };
      for (let round = 0; round < 30_000; round += 1) {
        const document = `${random.of(BLANKS)}${documentOf(random)}${random.of(BLANKS)}`;
        const text = round % 3 === 0 ? document : changed(random, document);
        const json = parsed(text);
        const { members, finite } = kept(json?.value);
        const isLossy = json !== undefined && (members < written(text) || !finite);
        seen[json === undefined ? 'broken' : isLossy ? 'lossy' : 'taken'] += 1;
        let split: ReturnType<typeof splitJson> | undefined;
        try {
          split = splitJson(text, SOURCE);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonFault);
          const { message } = error as JsonFault;
          if (json !== undefined)
            expect([text, message]).toEqual([text, expect.not.stringMatching('not valid')]);
        }
        expect([text, split !== undefined]).toEqual([text, json !== undefined && !isLossy]);
        if (split !== undefined) expectParts(text, split, json?.value);
      }
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
    }));

  function expectParts(text: string, split: ReturnType<typeof splitJson>, value: unknown): void {
    expect(split.text).toBe(text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, ''));
    const parts = split.parts.map((part) => [part.name, JSON.parse(split.textOf(part)) as unknown] as const);
    if (Array.isArray(value)) expect(parts.map(([, part]) => part)).toEqual(value);
    else if (typeof value === 'object' && value !== null)
      expect(Object.fromEntries(parts.map(([name, part]) => [name ?? '', part]))).toEqual(value);
    else expect(parts).toEqual([]);
  }

  it.each([
    ['"\\ud83d\\ude00"', false, false],
    ['"\\ud83d"', true, false],
    ['["\\ude00\\ud83d"]', true, false],
    ['{"a": [{"\\ud83d ": 1}]}', true, false],
    ['"\\u0000"', false, true],
    ['"\\\\u0000 \\\\ud83d"', false, false],
  ])('knows what %s holds', (text, holdsHalf, holdsNul) => {
    const split = splitJson(text, SOURCE);
    expect([split.holdsHalf, split.holdsNul]).toEqual([holdsHalf, holdsNul]);
    for (const part of split.parts) expect(part).toMatchObject({ holdsHalf, holdsNul });
  });

  it('knows of each part what it holds by itself', () => {
    const { parts } = splitJson('{"a": "\\u0000", "\\ud83d": 1, "b": ["\\ud83d"], "c": {}}', SOURCE);
    expect(parts.map(({ holdsHalf, holdsNul }) => [holdsHalf, holdsNul])).toEqual([
      [false, true],
      [false, false],
      [true, false],
      [false, false],
    ]);
  });

  it('survives long texts, long numbers, deep nesting and many names', () => {
    const long = `["${'x\\n'.repeat(2_000_000)}", 0.${'1'.repeat(2_000_000)}]`;
    expect(splitJson(long, SOURCE).text).toBe(long);
    const deep = `${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}`;
    expect(splitJson(deep, SOURCE).parts).toHaveLength(1);
    const wide = `{${Array.from({ length: 100_000 }, (_, index) => `"${index}":${index}`).join()}}`;
    expect(splitJson(wide, SOURCE).parts).toHaveLength(100_000);
  });
});

describe('jsonOf', () => {
  it('writes what JSON.stringify writes, and a JsonText as the text that it holds', () => {
    const plain = { a: 'é"', b: undefined, c: null, d: [1], e: { f: 1 }, '"': 1 };
    expect(jsonOf(plain)).toBe(JSON.stringify(plain));
    expect(jsonOf([plain])).toBe(JSON.stringify([plain]));
    expect(jsonOf('x')).toBe('"x"');
    const text = '{ "2": 12345678901234567890, "1": 1.50 }';
    const given = { ...plain, value: new JsonText(text), z: 1 };
    expect(jsonOf(given)).toBe(`${JSON.stringify(plain).slice(0, -1)},"value":${text},"z":1}`);
    expect(() => JSON.stringify(given)).toThrow(TypeError);
  });
});
