import { Unavailable } from '../common/errors.js';

export interface BatcherOptions<I> {
  readonly maxBatch?: number;
  /** Weighs an input, in any unit. A batch weighs at most `maxWeight`, unless it has only one input. */
  readonly weigh?: (input: I) => number;
  readonly maxWeight?: number;
  readonly maxInFlight?: number;
  readonly maxWaiting?: number;
  readonly timeoutMilliseconds?: number;
  /** Allows a failed batch to be sent again; only valid if `send` leaves nothing behind when it throws. */
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
 * Combines calls that are made in the same turn of the event loop into batches. Each input gets its own output. A batch
 * is sent after all of its inputs were submitted, so no result is older than its request.
 *
 * At most `maxInFlight` batches (2) of `maxBatch` inputs (64) are in flight; up to `maxWaiting` further calls (2,000)
 * wait for at most `timeoutMilliseconds` (10,000) before they fail as Unavailable. A failed batch is sent again input
 * by input, so that one bad input does not fail the others, unless the failure is Unavailable or the batch is not
 * `repeatable` (the default is that it is): then the whole batch fails.
 */
export class Batcher<I, O> {
  private readonly waiting: Waiting<I, O>[] = [];
  private readonly options: Required<BatcherOptions<I>>;
  private inFlight = 0;
  private scheduled = false;

  /**
   * Creates a batcher.
   * @param send returns the outputs in the order of the inputs
   */
  constructor(
    private readonly send: (inputs: readonly I[]) => Promise<O[]>,
    options: BatcherOptions<I> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
  }

  /**
   * Adds an input to the next batch and returns its output.
   * @throws Unavailable when too many calls are waiting, or this one waited too long
   * @throws the error of `send` for this input
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
      const isFinal = batch.length === 1 || error instanceof Unavailable || !this.options.repeatable;
      if (isFinal) batch.forEach(({ reject }) => reject(error));
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
