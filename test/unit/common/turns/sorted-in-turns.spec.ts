import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sortedInTurns } from '../../../../src/common/turns/sorted-in-turns.js';

interface Item {
  readonly rank: number;
  readonly place: number;
}

const byRank = (one: Item, other: Item) => one.rank - other.rank;

describe('sortedInTurns', () => {
  it('sorts as `sort` does, and keeps the order of equal items', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 1, max: 50 }),
        async (count, ranks) => {
          const items = Array.from({ length: count }, (_, place) => ({
            rank: (place * 7_919) % ranks,
            place,
          }));
          expect(await sortedInTurns(items, byRank)).toEqual([...items].sort(byRank));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('lets others have their turns', async () => {
    const items = Array.from({ length: 200_000 }, (_, place) => ({ rank: (place * 7_919) % 199_999, place }));
    let turns = 0;
    const count = (): void => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    await sortedInTurns(items, byRank);
    clearImmediate(counting);
    expect(turns).toBeGreaterThan(2);
  });
});
