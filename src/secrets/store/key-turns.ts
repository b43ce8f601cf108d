import { Injectable } from '@nestjs/common';
import { Busy } from '../../common/errors.js';
import { FairGate } from '../../common/turns/fair-gate.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { DEADLINE_MS } from '../../database/contention.js';

/** Lets any number of keys have their turn at once, but only one change of each. */
const LIMITS = {
  ...{ places: Infinity, placesOfGroup: 1 },
  ...{ waiting: 10_000, waitingOfGroup: 1_000, waitMilliseconds: DEADLINE_MS },
};

/**
 * Runs changes of one key that conflicted one after the other within this process. If they ran concurrently, they would
 * find the row locked or changed again and again, and some of them would starve.
 */
@Injectable()
export class KeyTurns {
  private readonly gate = new FairGate(LIMITS, () => new Busy());

  /**
   * Runs `work` when it is its turn among the changes of the key. Callers take turns.
   * @throws Busy when too many changes wait, or this one waited for too long; `work` was not run
   */
  run<T>({ tenantId, userId }: TenantContext, key: string, work: () => Promise<T>): Promise<T> {
    return this.gate.hold({ group: `${tenantId}/${key}`, member: userId }, work);
  }
}
