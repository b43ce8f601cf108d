const LIMIT = 5;
const WINDOW_MS = 15 * 60_000;
const MOST_SOURCES = 10_000;

interface Window {
  readonly end: number;
  failures: number;
}

/** Counts the failures of each source, in windows of a quarter of an hour that begin with the first failure. */
export class RecentFailures {
  /** Holds the windows in the order of their ends. */
  private readonly windows = new Map<string, Window>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Counts a failure, and tells whether its source is still within the limit. It returns false for a new source while
   * too many others are counted.
   */
  isWithinLimit(source: string): boolean {
    const now = this.now();
    const current = this.windows.get(source);
    if (current !== undefined && current.end > now) {
      current.failures += 1;
      return current.failures <= LIMIT;
    }
    this.forgetUntil(now);
    if (this.windows.size >= MOST_SOURCES) return false;
    this.windows.set(source, { end: now + WINDOW_MS, failures: 1 });
    return true;
  }

  private forgetUntil(now: number): void {
    for (const [source, { end }] of this.windows) {
      if (end > now) return;
      this.windows.delete(source);
    }
  }
}
