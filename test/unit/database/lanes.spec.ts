import { describe, expect, it } from '@jest/globals';
import { CONNECTIONS_BESIDE_POOL, laneSizes, SMALLEST_POOL } from '../../../src/database/lanes.js';

const sum = (sizes: Record<string, number>): number =>
  Object.values(sizes).reduce((one, other) => one + other);

describe('the sizes of lanes', () => {
  it('are those of ADR 28 for the default pool', () => {
    const sizes = { reads: 3, writes: 2, contended: 1, lists: 2, imports: 1, jobs: 1, events: 1 };
    expect(laneSizes(10)).toEqual(sizes);
  });

  it.each([SMALLEST_POOL, 7, 10, 11, 25, 200])(
    'add up to a pool of %i and the connection beside it',
    (size) => {
      const sizes = laneSizes(size);
      expect(sum(sizes)).toBe(size + CONNECTIONS_BESIDE_POOL.events);
      for (const places of Object.values(sizes)) expect(places).toBeGreaterThanOrEqual(1);
    },
  );
});
