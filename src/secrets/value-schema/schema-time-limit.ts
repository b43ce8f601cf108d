import { readFileSync } from 'node:fs';

export interface TimeLimit {
  /** Milliseconds on a processor. */
  readonly processor: number;
  /** Milliseconds altogether, where the system does not tell what a thread has used. */
  readonly elapsed: number;
}

const POLL_MS = 50;

/** Holds the unit in which Linux counts processor time, a hundredth of a second (USER_HZ). */
const TICK_MS = 10;

/**
 * Calls `exceeded`, at least once, when a thread of this process has used up its limit, counted from now. Time in
 * which the thread waits for a processor does not count.
 * @param thread as the link `/proc/thread-self` names it within that thread; nothing where there is none
 * @returns what ends the watch
 */
export function limitTime(thread: string | undefined, limit: TimeLimit, exceeded: () => void): () => void {
  const before = processorTime(thread);
  if (before === undefined) {
    const timer = setTimeout(exceeded, limit.elapsed);
    return () => clearTimeout(timer);
  }
  const polling = setInterval(() => {
    const used = (processorTime(thread) ?? before) - before;
    if (used >= limit.processor) exceeded();
  }, POLL_MS);
  return () => clearInterval(polling);
}

/** Returns the milliseconds that a thread has used by `proc(5)`, user and system together, where they can be read. */
function processorTime(thread: string | undefined): number | undefined {
  if (thread === undefined) return undefined;
  try {
    const stat = readFileSync(`/proc/${thread}/stat`, 'utf8');
    // The second field is a name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isNaN(ticks) ? undefined : ticks * TICK_MS;
  } catch {
    return undefined;
  }
}
