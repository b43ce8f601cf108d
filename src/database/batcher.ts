import { Unavailable } from '../common/errors.js';

export interface BatcherOptions {
  readonly maxBatch?: number;
  readonly maxInFlight?: number;
}

interface Waiting<I, O> {
  readonly input: I;
  readonly resolve: (output: O) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets calls of the same turn of the event loop travel as one. Nothing is shared but the way: each input has its own
 * output, and a batch starts after its inputs arrived, so an answer is never older than its question.
 *
 * At most `maxInFlight` batches (2) of `maxBatch` inputs (64) are under way; further calls wait. A batch that fails is
 * sent again one by one, so that one bad input fails alone; not so when the failure is Unavailable. For reads only:
 * `send` must be safe to repeat after it failed.
 */
export class Batcher<I, O> {
  private readonly waiting: Waiting<I, O>[] = [];
  private readonly maxBatch: number;
  private readonly maxInFlight: number;
  private inFlight = 0;
  private scheduled = false;

  /** @param send gives the outputs in the order of the inputs */
  constructor(
    private readonly send: (inputs: readonly I[]) => Promise<O[]>,
    { maxBatch = 64, maxInFlight = 2 }: BatcherOptions = {},
  ) {
    this.maxBatch = maxBatch;
    this.maxInFlight = maxInFlight;
  }

  /** @throws what `send` throws for this input */
  submit(input: I): Promise<O> {
    return new Promise<O>((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.dispatch();
      });
    });
  }

  private dispatch(): void {
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
