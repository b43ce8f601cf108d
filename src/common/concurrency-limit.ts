import { TooManyRequests } from './errors.js';

export interface ConcurrencyLimits {
  readonly all: number;
  /** No source may fill the queue for all others. */
  readonly ofOneSource: number;
  /** What is said to who is turned away. */
  readonly refusal: string;
}

/** Bounds how much costly work waits, in all and for each source; the rest is turned away. */
export class ConcurrencyLimit {
  private readonly bySource = new Map<string, number>();
  private taken = 0;

  constructor(private readonly limits: ConcurrencyLimits) {}

  /**
   * Runs `work` while it holds a slot.
   * @throws TooManyRequests when there is none left; then nothing was done
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
   * For work that is no promise.
   * @returns what gives the slot back, to be called once
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
