import { Injectable } from '@nestjs/common';
import { Busy } from '../../common/errors.js';
import { FairGate } from '../../common/fair-gate.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { DEADLINE_MS } from '../../database/contention.js';

const LIMITS = { places: 1, waiting: 1_000, waitMilliseconds: DEADLINE_MS };

/**
 * Lets the changes of one key come one after the other within this process. Changes that were made at the same time
 * would find each other's row locked or changed, so that only one of them could succeed and the others would starve.
 */
@Injectable()
export class KeyTurns {
  private readonly gates = new Map<string, FairGate>();

  /**
   * Runs `work` when it is its turn among the changes of the key. Callers take turns.
   * @param work is given the time, of `performance.now()`, by which it must be done
   * @throws Busy when too many changes wait, or this one waited until its deadline; `work` was not run
   */
  async run<T>(
    { tenantId, userId }: TenantContext,
    key: string,
    work: (deadline: number) => Promise<T>,
  ): Promise<T> {
    const deadline = performance.now() + DEADLINE_MS;
    const name = `${tenantId}/${key}`;
    const gate = this.gates.get(name) ?? new FairGate(LIMITS, () => new Busy());
    this.gates.set(name, gate);
    try {
      return await gate.hold({ group: userId, member: '' }, () => work(deadline));
    } finally {
      if (gate.running === 0 && gate.waiting === 0) this.gates.delete(name);
    }
  }
}
