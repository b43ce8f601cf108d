import { TooManyRequests } from '../common/errors.js';

const ALL = 64;

/** No source may fill the queue for all others. */
const OF_ONE_SOURCE = 32;

/** Bounds how many verifications of passwords wait, in all and for each source network; the rest is turned away. */
export class VerificationSlots {
  private readonly bySource = new Map<string, number>();
  private taken = 0;

  /**
   * Runs `work` while it holds a slot.
   * @throws TooManyRequests when there is none left; then nothing was done
   */
  async hold<T>(source: string, work: () => Promise<T>): Promise<T> {
    const ofSource = this.bySource.get(source) ?? 0;
    if (this.taken >= ALL || ofSource >= OF_ONE_SOURCE)
      throw new TooManyRequests('Too many logins at this moment; try again in a second');
    this.taken += 1;
    this.bySource.set(source, ofSource + 1);
    try {
      return await work();
    } finally {
      this.taken -= 1;
      const left = (this.bySource.get(source) ?? 1) - 1;
      if (left === 0) this.bySource.delete(source);
      else this.bySource.set(source, left);
    }
  }
}
