import { Busy } from '../common/errors.js';
import { DomainError } from '../common/domain-error.js';
import { onBehalfOf, presentOrigin, type Origin } from '../observability/tracing/tracing.js';
import { TurnQueue, type Share } from '../common/turns/turn-queue.js';

export interface BatcherOptions<I> {
  /** Names for whom an input is. Groups and members with many waiting inputs take turns with the others. */
  readonly share?: (input: I) => Share;
  readonly maxBatch?: number;
  /** Weighs an input, in any unit. A batch weighs at most `maxWeight`, unless it has only one input. */
  readonly weigh?: (input: I) => number;
  readonly maxWeight?: number;
  readonly maxInFlight?: number;
  readonly maxWaiting?: number;
  /** Limits the waiting calls of one group. */
  readonly maxWaitingOfGroup?: number;
  readonly timeoutMilliseconds?: number;
  /** Allows a failed batch to be sent again; only valid if `send` leaves nothing behind when it throws. */
  readonly repeatable?: boolean;
}

/** Describes what a batcher does now, and has done since it was made. */
export interface BatchGauge {
  readonly sent: number;
  /** Counts the inputs in the batches that were sent. */
  readonly calls: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly refused: Readonly<Record<'full' | 'late', number>>;
}

interface Waiting<I, O> {
  readonly input: I;
  readonly resolve: (output: O) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
  readonly weight: number;
  readonly origin: Origin | undefined;
}

/**
 * Combines calls that are made in the same turn of the event loop into batches. Each input gets its own output. A batch
 * is sent after all of its inputs were submitted, so no result is older than its request.
 *
 * At most `maxInFlight` batches (2) of `maxBatch` inputs (64) are in flight; up to `maxWaiting` further calls (4,000),
 * and half as many of one group, wait for at most `timeoutMilliseconds` (2,000) before they fail as Busy. A failed
 * batch is sent again input by input, so that one bad input does not fail the others, unless the failure is a
 * DomainError or the batch is not `repeatable` (the default is that it is): then the whole batch fails.
 */
export class Batcher<I, O> {
  private readonly waiting = new TurnQueue<Waiting<I, O>>();
  private readonly options: Required<BatcherOptions<I>>;
  private inFlight = 0;
  private scheduled = false;
  private expiry: NodeJS.Timeout | undefined;
  private sent = 0;
  private calls = 0;
  private readonly refused = { full: 0, late: 0 };

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

  get gauge(): BatchGauge {
    const { sent, calls, inFlight, refused } = this;
    return { sent, calls, inFlight, waiting: this.waiting.size, refused: { ...refused } };
  }

  /**
   * Adds an input to the next batch and returns its output.
   * @throws Busy when too many calls are waiting, or this one waited too long
   * @throws the error of `send` for this input
   */
  submit(input: I): Promise<O> {
    const { share: shareOf, weigh, maxWaiting, maxWaitingOfGroup } = this.options;
    const share = shareOf(input);
    if (this.waiting.size >= maxWaiting || this.waiting.sizeOfGroup(share.group) >= maxWaitingOfGroup)
      return Promise.reject(this.refusal('full'));
    return new Promise<O>((resolve, reject) => {
      const since = performance.now();
      this.waiting.push(share, {
        input,
        resolve,
        reject,
        since,
        origin: presentOrigin(),
        weight: weigh(input),
      });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.dispatch();
      });
    });
  }

  private dispatch(): void {
    while (this.inFlight < this.options.maxInFlight && this.waiting.size > 0) {
      const batch = this.nextBatch();
      if (batch.length === 0) return;
      this.inFlight += 1;
      void this.run(batch).finally(() => {
        this.inFlight -= 1;
        this.dispatch();
      });
    }
    if (this.waiting.size > 0) this.expiry ??= setTimeout(() => this.expire(), EXPIRY_INTERVAL_MS);
  }

  private nextBatch(): Waiting<I, O>[] {
    const { maxBatch, maxWeight } = this.options;
    const oldest = this.oldest();
    const batch: Waiting<I, O>[] = [];
    let weight = 0;
    while (batch.length < maxBatch) {
      const next = this.waiting.shift((_, one) => batch.length === 0 || weight + one.weight <= maxWeight);
      if (next === undefined) break;
      if (next.since < oldest) {
        next.reject(this.refusal('late'));
        continue;
      }
      batch.push(next);
      weight += next.weight;
    }
    return batch;
  }

  private expire(): void {
    this.expiry = undefined;
    const oldest = this.oldest();
    for (const { reject } of this.waiting.removeWhere(({ since }) => since < oldest))
      reject(this.refusal('late'));
    this.dispatch();
  }

  private refusal(reason: 'full' | 'late'): Busy {
    this.refused[reason] += 1;
    return new Busy();
  }

  /** Returns the time of submission before which an input has waited too long. */
  private oldest(): number {
    return performance.now() - this.options.timeoutMilliseconds;
  }

  private async run(batch: readonly Waiting<I, O>[]): Promise<void> {
    this.sent += 1;
    this.calls += batch.length;
    try {
      const outputs = await onBehalfOf(batch, () => this.send(batch.map(({ input }) => input)));
      if (outputs.length !== batch.length)
        throw new Error(`${outputs.length} answers to ${batch.length} questions`);
      batch.forEach(({ resolve }, index) => resolve(outputs[index] as O));
    } catch (error) {
      const isFinal = batch.length === 1 || error instanceof DomainError || !this.options.repeatable;
      if (isFinal) batch.forEach(({ reject }) => reject(error));
      else for (const one of batch) await this.run([one]);
    }
  }
}

const EXPIRY_INTERVAL_MS = 250;

const DEFAULTS = {
  share: (): Share => ({ group: '', member: '' }),
  maxBatch: 64,
  weigh: () => 0,
  maxWeight: Infinity,
  maxInFlight: 2,
  maxWaiting: 4_000,
  maxWaitingOfGroup: 2_000,
  timeoutMilliseconds: 2_000,
  repeatable: true,
};
