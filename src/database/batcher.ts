import { Unavailable } from '../common/errors.js';

export interface BatcherOptions {
  readonly maxBatch?: number;
  readonly maxInFlight?: number;
  readonly maxWaiting?: number;
  readonly patienceMilliseconds?: number;
}

interface Waiting<I, O> {
  readonly input: I;
  readonly resolve: (output: O) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
}

/**
 * Lets calls of the same turn of the event loop travel as one. Nothing is shared but the way: each input has its own
 * output, and a batch starts after its inputs arrived, so an answer is never older than its question.
 *
 * At most `maxInFlight` batches (2) of `maxBatch` inputs (64) are under way; up to `maxWaiting` further calls (2,000)
 * wait for at most `patienceMilliseconds` (10,000), then they are Unavailable. A batch that fails is sent again one by
 * one, so that one bad input fails alone; not so when the failure is Unavailable. For reads only: `send` must be safe
 * to repeat after it failed.
 */
export class Batcher<I, O> {
  private readonly waiting: Waiting<I, O>[] = [];
  private readonly maxBatch: number;
  private readonly maxInFlight: number;
  private readonly maxWaiting: number;
  private readonly patienceMilliseconds: number;
  private inFlight = 0;
  private scheduled = false;

  /** @param send gives the outputs in the order of the inputs */
  constructor(
    private readonly send: (inputs: readonly I[]) => Promise<O[]>,
    {
      maxBatch = 64,
      maxInFlight = 2,
      maxWaiting = 2_000,
      patienceMilliseconds = 10_000,
    }: BatcherOptions = {},
  ) {
    this.maxBatch = maxBatch;
    this.maxInFlight = maxInFlight;
    this.maxWaiting = maxWaiting;
    this.patienceMilliseconds = patienceMilliseconds;
  }

  /** @throws what `send` throws for this input; Unavailable when too many wait, or this one waited too long */
  submit(input: I): Promise<O> {
    if (this.waiting.length >= this.maxWaiting) return Promise.reject(new Unavailable());
    return new Promise<O>((resolve, reject) => {
      this.waiting.push({ input, resolve, reject, since: Date.now() });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.dispatch();
      });
    });
  }

  private dispatch(): void {
    const oldest = Date.now() - this.patienceMilliseconds;
    while ((this.waiting[0]?.since ?? Infinity) < oldest) this.waiting.shift()?.reject(new Unavailable());
    while (this.inFlight < this.maxInFlight && this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.maxBatch);
      this.inFlight += 1;
      void this.run(batch).finally(() => {
        this.inFlight -= 1;
        this.dispatch();
      });
    }
  }

  private async run(batch: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.send(batch.map(({ input }) => input));
      if (outputs.length !== batch.length)
        throw new Error(`${outputs.length} answers to ${batch.length} questions`);
      batch.forEach(({ resolve }, index) => resolve(outputs[index] as O));
    } catch (error) {
      if (batch.length === 1 || error instanceof Unavailable) batch.forEach(({ reject }) => reject(error));
      else for (const one of batch) await this.run([one]);
    }
  }
}
