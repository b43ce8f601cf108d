import { Unavailable } from '../common/errors.js';
import { Batcher } from './batcher.js';
import { AnswerLost, type NamedStatement, type TenantTransaction } from './tenant-transaction.js';

/** Describes a write to a tenant that a database function makes and records, together with others. */
export interface GroupedWrite<A> {
  readonly tenantId: string;
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
 * per call, and two calls in flight. A busy write is repeated alone, and so is each write of a call that the server
 * rolled back, concurrently with later calls. A write that may have been committed is never repeated.
 */
export class GroupCommit<W extends GroupedWrite<A>, A extends { readonly outcome: string }> {
  private readonly batcher: Batcher<W, A | typeof BUSY | AnswerLost>;

  constructor(
    private readonly transaction: TenantTransaction,
    private readonly statement: WriteStatement<W>,
  ) {
    this.batcher = new Batcher((writes) => this.writeBatch(writes), {
      weigh: ({ bytes }) => bytes,
      maxWeight: BATCH_BYTES,
      repeatable: false,
    });
  }

  /**
   * Makes a write and returns its result.
   * @throws Unavailable as `TenantTransaction.call` does, and when too many writes are waiting
   */
  async write(write: W): Promise<A> {
    if (!write.mayBatch) return this.writeAlone(write);
    const answer = await this.batcher.submit(write);
    if (answer instanceof AnswerLost)
      return this.transaction.recover(write.tenantId, write.eventId, answer, write.recover);
    return isBusy(answer) ? this.writeAlone(write) : answer;
  }

  private writeAlone(write: W): Promise<A> {
    const { tenantId, eventId, recover } = write;
    return this.transaction.call(tenantId, eventId, this.statement([write], true), recover);
  }

  private async writeBatch(writes: readonly W[]): Promise<(A | typeof BUSY | AnswerLost)[]> {
    try {
      const rows = await this.transaction.send<A & { ordinal: number }>(this.statement(writes, false));
      return rows.sort((one, other) => one.ordinal - other.ordinal);
    } catch (error) {
      if (error instanceof AnswerLost) return writes.map(() => error);
      if (error instanceof Unavailable) throw error;
      return writes.map(() => BUSY);
    }
  }
}

const BUSY = { outcome: 'busy' } as const;

function isBusy(answer: { readonly outcome: string }): answer is typeof BUSY {
  return answer.outcome === BUSY.outcome;
}
