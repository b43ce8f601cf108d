import { readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const MOST_FILES = 20;

/** Names the one folder that only grows: a migration is never removed. */
const EXEMPT = 'src/database/migrations';

/** Returns the number of files directly in a folder, and in each below it. */
function fileCounts(folder: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const parent = entry.parentPath.replaceAll('\\', '/');
    if (entry.isFile()) counts.set(parent, (counts.get(parent) ?? 0) + 1);
  }
  return counts;
}

it('no folder of src has more files than a reader can take in', () => {
  const full = [...fileCounts('src')].filter(([path, files]) => path !== EXEMPT && files > MOST_FILES);
  expect(full).toEqual([]);
});
