import { Unavailable } from '../common/errors.js';
import { Batcher } from './batcher.js';
import { AnswerLost, type NamedStatement, type TenantTransaction } from './tenant-transaction.js';

/** A write to a tenant, on its way to a function of the database that makes many of them and records each. */
export interface GroupedWrite<A> {
  readonly tenantId: string;
  /** The event that records it, which tells after a lost connection whether it was committed. */
  readonly eventId: string;
  /** Whether others can be written in the same call without waiting for it. */
  readonly mayBatch: boolean;
  /** The size of what may be large in it. */
  readonly bytes: number;
  /** Tells what became of it where the answer was lost but its event is there, if it can be told. */
  readonly recover: () => Promise<A | undefined>;
}

/**
 * Makes the statement that writes these. It gives a row for each, with its `ordinal` from 1, in any order.
 * @param wait false for many writes, which wait for nobody's locks: the outcome `busy` means that nothing of that write
 *   was done, and that it is to be written alone
 */
export type WriteStatement<W> = (writes: readonly W[], wait: boolean) => NamedStatement;

const BATCH_BYTES = 1_048_576;

/**
 * Sends writes of the same turn of the event loop as one call, which share a message and a commit; at most 64 of them
 * and a mebibyte, two calls under way. What is busy, and each of a call that the server took back, is written again
 * alone, beside what comes after. Nothing is written again that may have been committed.
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

  /** @throws Unavailable as `TenantTransaction.call` does, and when too many wait */
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
