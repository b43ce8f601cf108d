import { Unavailable } from '../common/errors.js';
import { Batcher } from './batcher.js';
import { AnswerLost, type NamedStatement, type TenantTransaction } from './tenant-transaction.js';

/** What is done in a tenant, and the event that it records. */
interface AuditedWrite {
  readonly tenant: { readonly tenantId: string };
  readonly event: { readonly id: string };
}

/** How acts of a kind are done by a function of the database that records each of them. */
export interface GroupStatements<A, R> {
  /**
   * For many acts, waiting for nobody's locks: gives a row for each, with its `ordinal` from 1, in any order. The
   * outcome `busy` means that nothing of it was done, and that it is to be done alone.
   */
  together(acts: readonly A[]): NamedStatement;
  /** For one act, which may wait: gives one row. */
  alone(act: A): NamedStatement;
  /** Whether others can do without waiting for it. */
  mayShare(act: A): boolean;
  /** Of what of it may be large. */
  bytesOf(act: A): number;
  /** What became of it where the answer was lost but its event is there, if it can be told. */
  found(act: A): Promise<R | undefined>;
}

const BATCH_BYTES = 1_048_576;

/**
 * Acts of the same turn of the event loop as one call, which share a message and a commit; at most 64 of them and a
 * mebibyte, two calls under way. What is busy, and each of a call that the server took back, is done again alone and
 * beside what comes after. Nothing is done again that may have been committed.
 */
export class GroupCommit<A extends AuditedWrite, R extends { readonly outcome: string }> {
  private readonly batcher: Batcher<A, R | typeof BUSY | AnswerLost>;

  constructor(
    private readonly transaction: TenantTransaction,
    private readonly statements: GroupStatements<A, R>,
  ) {
    this.batcher = new Batcher((acts) => this.together(acts), {
      weigh: (act) => statements.bytesOf(act),
      maxWeight: BATCH_BYTES,
      repeatable: false,
    });
  }

  /** @throws Unavailable as `TenantTransaction.call` does, and when too many wait */
  async perform(act: A): Promise<R> {
    if (!this.statements.mayShare(act)) return this.alone(act);
    const answer = await this.batcher.submit(act);
    if (answer instanceof AnswerLost) {
      const found = (): Promise<R | undefined> => this.statements.found(act);
      return this.transaction.recover(act.tenant.tenantId, act.event.id, answer, found);
    }
    return isBusy(answer) ? this.alone(act) : answer;
  }

  private alone(act: A): Promise<R> {
    const { tenant, event } = act;
    return this.transaction.call(tenant.tenantId, event.id, this.statements.alone(act), () =>
      this.statements.found(act),
    );
  }

  private async together(acts: readonly A[]): Promise<(R | typeof BUSY | AnswerLost)[]> {
    try {
      const rows = await this.transaction.send<R & { ordinal: number }>(this.statements.together(acts));
      return rows.sort((one, other) => one.ordinal - other.ordinal);
    } catch (error) {
      if (error instanceof AnswerLost) return acts.map(() => error);
      if (error instanceof Unavailable) throw error;
      return acts.map(() => BUSY);
    }
  }
}

const BUSY = { outcome: 'busy' } as const;

function isBusy(answer: { readonly outcome: string }): answer is typeof BUSY {
  return answer.outcome === BUSY.outcome;
}
