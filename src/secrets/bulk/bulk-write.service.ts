import { Inject, Injectable } from '@nestjs/common';
import type { Conditions } from '../../api/conditions/conditions.js';
import { DomainError } from '../../common/domain-error.js';
import { Busy } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { TimeSlice } from '../../common/turns/time-slice.js';
import { deadlineOfNow } from '../../database/contention.js';
import { CreateSecret } from '../create-secret.js';
import type { CreateSecretInput } from '../secret-input.js';
import type { OpenedSecret } from '../secret.js';
import { notAllWritten, type RefusedWrite } from './bulk-write-errors.js';
import { JointPlans } from './write/joint-plans.js';
import { JointTransaction } from './write/joint-transaction.js';
import { JointWrite, NotWritten } from './write/joint-write.js';

export const BULK_MODES = ['all_or_nothing', 'each'] as const;
export type BulkMode = (typeof BULK_MODES)[number];

/** Describes one write as a PUT of the key, or tells what is wrong with it. */
export type BulkWriteItem =
  | { readonly key: string; readonly input: CreateSecretInput; readonly conditions: Conditions }
  | { readonly key: string | undefined; readonly problem: DomainError };

/** Tells what came of one write. */
export type BulkWriteResult =
  | { readonly key: string | undefined; readonly secret: OpenedSecret }
  | { readonly key: string | undefined; readonly error: unknown };

/** Limits the writes of one request that are under way at once. */
const AT_ONCE = 64;

/** Writes many secrets by the rules of a single PUT (`CreateSecret`), each with an event of its own. */
@Injectable()
export class BulkWrite {
  constructor(
    @Inject(CreateSecret) private readonly creation: CreateSecret,
    @Inject(JointPlans) private readonly plans: JointPlans,
    @Inject(JointTransaction) private readonly transaction: JointTransaction,
  ) {}

  /**
   * Writes all items, or each for itself, as the mode says.
   * @returns what came of each, in their order
   * @throws BulkRefused if not all can be written, and all or nothing is wanted
   * @throws Busy, Unavailable, Forbidden, Unauthorized if all or nothing is wanted, as a single write does
   */
  run(
    tenant: TenantContext,
    mode: BulkMode,
    items: readonly BulkWriteItem[],
  ): Promise<readonly BulkWriteResult[]> {
    return mode === 'each' ? this.each(tenant, items) : this.all(tenant, items);
  }

  private async each(
    tenant: TenantContext,
    items: readonly BulkWriteItem[],
  ): Promise<readonly BulkWriteResult[]> {
    const deadline = deadlineOfNow();
    const results: BulkWriteResult[] = [];
    const waiting = items.entries();
    const work = async (): Promise<void> => {
      for (const [index, item] of waiting)
        results[index] =
          performance.now() > deadline
            ? { key: item.key, error: new Busy(NOT_BEGUN) }
            : await resultOf(tenant, item, this.creation);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return results;
  }

  private async all(
    tenant: TenantContext,
    items: readonly BulkWriteItem[],
  ): Promise<readonly BulkWriteResult[]> {
    const joint = new JointWrite(tenant, items.length, this.plans, this.transaction);
    const slice = new TimeSlice();
    const running: Promise<BulkWriteResult>[] = [];
    for (const item of items) {
      if (slice.isOver) await slice.next();
      const place = joint.place();
      const result = resultOf(tenant, item, this.creation.storedBy(place));
      running.push(result.finally(() => place.arrive()));
    }
    const results = await Promise.all(running);
    const refused = results.flatMap((result, index): RefusedWrite[] =>
      'error' in result && !(result.error instanceof NotWritten)
        ? [{ index, key: result.key, error: refusalOf(result.error) }]
        : [],
    );
    if (refused.length > 0) throw notAllWritten(refused, items.length);
    return results;
  }
}

const NOT_BEGUN = 'The writes before this one took too long, and it was not begun; send it again';

async function resultOf(
  tenant: TenantContext,
  item: BulkWriteItem,
  creation: CreateSecret,
): Promise<BulkWriteResult> {
  const { key } = item;
  try {
    if ('problem' in item) throw item.problem;
    return { key, secret: await creation.run(tenant, item.key, item.input, item.conditions) };
  } catch (error) {
    return { key, error };
  }
}

/** Returns an error that is about the secret; throws any other, which concerns the whole request. */
function refusalOf(error: unknown): DomainError {
  if (error instanceof DomainError && error.status < 500) return error;
  throw error;
}
