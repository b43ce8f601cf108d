import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonBounds, type JsonLimits } from '../../../src/api/json/json-bounds.js';
import { TooLarge } from '../../../src/common/errors.js';

function takes(json: string, limits: Partial<JsonLimits>, chunk = json.length): boolean {
  const bounds = new JsonBounds({ values: 1_000, depth: 1_000, ...limits });
  const bytes = Buffer.from(json);
  try {
    for (let start = 0; start < bytes.length; start += chunk)
      bounds.read(bytes.subarray(start, start + chunk));
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(TooLarge);
    return false;
  }
}

/** Counts objects and arrays, and all of their values but the first of each. */
function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const children: unknown[] = Object.values(value);
  return 1 + Math.max(0, children.length - 1) + children.reduce<number>((sum, one) => sum + valuesIn(one), 0);
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...(Object.values(value) as unknown[]).map(depthOf));
}

describe('JsonBounds', () => {
  it.each(['[0,0,0]', '{"a":0,"b":0,"c":0}', '[[],0]', '{"a":{"b":{}}}', '[{},', '[{}{'])(
    'count the values of %s',
    (json) => {
      expect(takes(json, { values: 3 })).toBe(true);
      expect(takes(json, { values: 2 })).toBe(false);
    },
  );

  it('look into no text, wherever it is cut', () => {
    const json = JSON.stringify(['\\', '"', '\\"', ',[{,[{', '\\\\"[', '"\\']);
    for (let chunk = 1; chunk <= json.length; chunk += 1) {
      expect(takes(json, { values: 6, depth: 1 }, chunk)).toBe(true);
      expect(takes(json, { values: 5 }, chunk)).toBe(false);
    }
  });

  it('know depth and number of whatever JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 9 }), (value, chunk) => {
        const json = JSON.stringify(value);
        const [values, depth] = [valuesIn(value), depthOf(value)];
        expect(takes(json, { values, depth }, chunk)).toBe(true);
        if (values > 0) expect(takes(json, { values: values - 1 }, chunk)).toBe(false);
        if (depth > 0) expect(takes(json, { depth: depth - 1 }, chunk)).toBe(false);
      }),
    );
  });
});
