import { describe, expect, it } from '@jest/globals';
import { readsPerBatch } from '../../../src/secrets/store/read-batches.js';

const MEBIBYTE = 1024 * 1024;

describe('readsPerBatch', () => {
  it.each([
    [1, 64],
    [65_536, 64],
    [65_537, 63],
    [MEBIBYTE, 7],
    [8 * MEBIBYTE, 1],
    [16 * MEBIBYTE, 1],
  ])('for values of up to %d bytes is %d', (maxValueBytes, expected) => {
    expect(readsPerBatch({ maxValueBytes })).toBe(expected);
  });
});
