import { TimeSlice } from './time-slice.js';

type Compare<T> = (one: T, other: T) => number;

/** Limits the items that are sorted at once. */
const RUN = 1_000;

/** Returns the items in order, as `sort` does, and lets the event loop serve others meanwhile. */
export async function sortedInTurns<T>(items: readonly T[], compare: Compare<T>): Promise<T[]> {
  const slice = new TimeSlice();
  let runs: T[][] = [];
  for (let start = 0; start < items.length; start += RUN) {
    if (slice.isOver) await slice.next();
    runs.push(items.slice(start, start + RUN).sort(compare));
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let place = 0; place < runs.length; place += 2)
      merged.push(await mergedInTurns(runs[place] ?? [], runs[place + 1] ?? [], compare, slice));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function mergedInTurns<T>(
  one: readonly T[],
  other: readonly T[],
  compare: Compare<T>,
  slice: TimeSlice,
): Promise<T[]> {
  const merged: T[] = [];
  let [place, otherPlace] = [0, 0];
  while (merged.length < one.length + other.length) {
    if (merged.length % RUN === 0 && slice.isOver) await slice.next();
    const [next, otherNext] = [one[place], other[otherPlace]];
    const isFirst =
      otherPlace === other.length || (place < one.length && compare(next as T, otherNext as T) <= 0);
    merged.push((isFirst ? next : otherNext) as T);
    if (isFirst) place += 1;
    else otherPlace += 1;
  }
  return merged;
}
