import { DomainError } from '../common/domain-error.js';
import type { Share } from '../common/turns/turn-queue.js';
import { Batcher, type BatchGauge } from './batcher.js';
import { deadlineOfNow, retryContention } from './contention.js';
import type { Lane } from './lanes.js';
import type { NamedStatement } from './named-query.js';
import { AnswerLost, type TenantTransaction } from './tenant-transaction.js';

/** Describes a write to a tenant that a database function makes and records, together with others. */
export interface GroupedWrite<A> {
  readonly tenantId: string;
  readonly callerId: string | null;
  /** The deadline for repetitions, on the clock of `performance.now()`; a few seconds from now by default. */
  readonly deadline?: number;
  /** The id of the event that records it, which shows after a lost connection whether it was committed. */
  readonly eventId: string;
  /** True if the write may share a call with others. */
  readonly mayBatch: boolean;
  /** The size of its large fields. */
  readonly bytes: number;
  /** Returns the result when its answer was lost but its event exists; undefined if it cannot be determined. */
  readonly recover: () => Promise<A | undefined>;
}

/**
 * Builds the statement for some writes. It returns one row per write, in any order, with `ordinal` from 1.
 * @param wait false for a batch, which does not wait for locks: the outcome `busy` then means that nothing was done for
 *   that write, and that it must be repeated alone
 */
export type WriteStatement<W> = (writes: readonly W[], wait: boolean) => NamedStatement;

const BATCH_BYTES = 1_048_576;

/**
 * Combines writes of the same turn of the event loop into one call with one commit: at most 64 writes and one mebibyte
 * per call, and two calls in flight. If the server rolls a call back, each of its writes is repeated alone. A busy
 * write is repeated in the lane `contended` until the deadline. A write that may have been committed is never repeated.
 */
export class GroupCommit<W extends GroupedWrite<A>, A extends { readonly outcome: string }> {
  private readonly batcher: Batcher<W, BatchAnswer<A>>;

  private repeated = 0;

  constructor(
    private readonly transaction: TenantTransaction,
    private readonly statement: WriteStatement<W>,
    private readonly lane: Lane = 'writes',
  ) {
    this.batcher = new Batcher<W, BatchAnswer<A>>((writes) => this.writeBatch(writes), {
      share: shareOf,
      weigh: ({ bytes }) => bytes,
      maxWeight: BATCH_BYTES,
      repeatable: false,
    });
  }

  /** Describes the batches, and counts the writes that were repeated alone. */
  get gauge(): BatchGauge & { readonly repeated: number } {
    return { ...this.batcher.gauge, repeated: this.repeated };
  }

  /**
   * Makes a write and returns its result.
   * @throws Busy when too many writes are waiting, or others still hold the lock at the deadline
   * @throws Unavailable as `TenantTransaction.call` does
   */
  async write(write: W): Promise<A> {
    if (!write.mayBatch) return this.writeAlone(write);
    let answer: BatchAnswer<A> | undefined = await this.batcher.submit(write);
    if (answer === ROLLED_BACK) [answer] = await this.writeBatch([write]);
    if (answer instanceof AnswerLost)
      return this.transaction.recover(write.tenantId, write.eventId, answer, write.recover);
    if (answer !== undefined && !isUndone(answer)) return answer;
    this.repeated += 1;
    return this.writeAlone(write);
  }

  private writeAlone(write: W): Promise<A> {
    const { tenantId, eventId, recover, deadline = deadlineOfNow() } = write;
    const statement = this.statement([write], true);
    const options = { lane: 'contended', share: shareOf(write), deadline } as const;
    return retryContention(
      () => this.transaction.call(tenantId, eventId, statement, recover, options),
      deadline,
    );
  }

  private async writeBatch(writes: readonly W[]): Promise<BatchAnswer<A>[]> {
    try {
      const rows = await this.transaction.send<A & { ordinal: number }>(
        this.statement(writes, false),
        this.lane,
      );
      return rows.sort((one, other) => one.ordinal - other.ordinal);
    } catch (error) {
      if (error instanceof AnswerLost) return writes.map(() => error);
      if (error instanceof DomainError) throw error;
      return writes.map(() => (writes.length === 1 ? BUSY : ROLLED_BACK));
    }
  }
}

function shareOf({ tenantId, callerId }: Pick<GroupedWrite<unknown>, 'tenantId' | 'callerId'>): Share {
  return { group: tenantId, member: callerId ?? '' };
}

const BUSY = { outcome: 'busy' } as const;

/** Stands for each write of a call that the server rolled back, because of any one of them. */
const ROLLED_BACK = { outcome: 'rolled_back' } as const;

type BatchAnswer<A> = A | typeof BUSY | typeof ROLLED_BACK | AnswerLost;

function isUndone(answer: { readonly outcome: string }): answer is typeof BUSY | typeof ROLLED_BACK {
  return answer.outcome === BUSY.outcome || answer.outcome === ROLLED_BACK.outcome;
}
