import { TooManyRequests } from './errors.js';

export interface ConcurrencyLimits {
  readonly all: number;
  /** Limits each source, so that none can fill the queue for all others. */
  readonly ofOneSource: number;
  /** Tells callers who are turned away why. */
  readonly refusal: string;
}

/** Limits how much costly work runs or waits, in total and for each source; more is refused. */
export class ConcurrencyLimit {
  private readonly bySource = new Map<string, number>();
  private taken = 0;

  constructor(private readonly limits: ConcurrencyLimits) {}

  /**
   * Runs `work` while it holds a slot.
   * @throws TooManyRequests when there is none left; then `work` was not run
   */
  async hold<T>(source: string, work: () => Promise<T>): Promise<T> {
    const release = this.take(source);
    try {
      return await work();
    } finally {
      release();
    }
  }

  /**
   * Takes a slot, for work that is not a promise.
   * @returns a function that gives the slot back, to be called once
   * @throws TooManyRequests when there is none left
   */
  take(source: string): () => void {
    const ofSource = this.bySource.get(source) ?? 0;
    const { all, ofOneSource, refusal } = this.limits;
    if (this.taken >= all || ofSource >= ofOneSource) throw new TooManyRequests(refusal);
    this.taken += 1;
    this.bySource.set(source, ofSource + 1);
    return () => {
      this.taken -= 1;
      const left = (this.bySource.get(source) ?? 1) - 1;
      if (left === 0) this.bySource.delete(source);
      else this.bySource.set(source, left);
    };
  }
}
