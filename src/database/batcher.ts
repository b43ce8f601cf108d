import { Unavailable } from '../common/errors.js';

export interface BatcherOptions<I> {
  readonly maxBatch?: number;
  /** Weighs an input, in any unit; a batch has one input, or weighs no more than `maxWeight`. */
  readonly weigh?: (input: I) => number;
  readonly maxWeight?: number;
  readonly maxInFlight?: number;
  readonly maxWaiting?: number;
  readonly timeoutMilliseconds?: number;
  /** Allows a failed batch to be sent again: set it only where `send` leaves nothing behind when it throws. */
  readonly repeatable?: boolean;
}

interface Waiting<I, O> {
  readonly input: I;
  readonly resolve: (output: O) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
  readonly weight: number;
}

/**
 * Sends calls of the same turn of the event loop together. Only the transport is shared: each input has its own output,
 * and a batch starts after its inputs arrived, so an answer is never older than its question.
 *
 * At most `maxInFlight` batches (2) of `maxBatch` inputs (64) are in flight; up to `maxWaiting` further calls (2,000)
 * wait for at most `timeoutMilliseconds` (10,000), then they are Unavailable. A batch that fails is sent again one by
 * one, so that one bad input fails alone; not so when the failure is Unavailable, or the batch is not `repeatable` (it
 * is by default): then all of it fails alike.
 */
export class Batcher<I, O> {
  private readonly waiting: Waiting<I, O>[] = [];
  private readonly options: Required<BatcherOptions<I>>;
  private inFlight = 0;
  private scheduled = false;

  /** @param send returns the outputs in the order of the inputs */
  constructor(
    private readonly send: (inputs: readonly I[]) => Promise<O[]>,
    options: BatcherOptions<I> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
  }

  /**
   * @throws Unavailable when too many wait, or this one waited too long
   * @throws what `send` throws for this input
   */
  submit(input: I): Promise<O> {
    if (this.waiting.length >= this.options.maxWaiting) return Promise.reject(new Unavailable());
    return new Promise<O>((resolve, reject) => {
      const weight = this.options.weigh(input);
      this.waiting.push({ input, resolve, reject, since: Date.now(), weight });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.dispatch();
      });
    });
  }

  private dispatch(): void {
    const { timeoutMilliseconds, maxInFlight } = this.options;
    const oldest = Date.now() - timeoutMilliseconds;
    while ((this.waiting[0]?.since ?? Infinity) < oldest) this.waiting.shift()?.reject(new Unavailable());
    while (this.inFlight < maxInFlight && this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.sizeOfNext());
      this.inFlight += 1;
      void this.run(batch).finally(() => {
        this.inFlight -= 1;
        this.dispatch();
      });
    }
  }

  private sizeOfNext(): number {
    const { maxBatch, maxWeight } = this.options;
    const most = Math.min(maxBatch, this.waiting.length);
    let size = 0;
    let weight = 0;
    for (; size < most; size += 1) {
      weight += this.waiting[size]?.weight ?? 0;
      if (size > 0 && weight > maxWeight) break;
    }
    return size;
  }

  private async run(batch: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.send(batch.map(({ input }) => input));
      if (outputs.length !== batch.length)
        throw new Error(`${outputs.length} answers to ${batch.length} questions`);
      batch.forEach(({ resolve }, index) => resolve(outputs[index] as O));
    } catch (error) {
      const whole = batch.length === 1 || error instanceof Unavailable || !this.options.repeatable;
      if (whole) batch.forEach(({ reject }) => reject(error));
      else for (const one of batch) await this.run([one]);
    }
  }
}

const DEFAULTS = {
  maxBatch: 64,
  weigh: () => 0,
  maxWeight: Infinity,
  maxInFlight: 2,
  maxWaiting: 2_000,
  timeoutMilliseconds: 10_000,
  repeatable: true,
};
