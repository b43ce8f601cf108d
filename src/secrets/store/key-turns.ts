import { Injectable } from '@nestjs/common';
import { Busy } from '../../common/errors.js';
import { FairGate } from '../../common/turns/fair-gate.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { DEADLINE_MS } from '../../database/contention.js';

const LIMITS = { places: 1, waiting: 1_000, waitMilliseconds: DEADLINE_MS };

/**
 * Runs changes of one key that conflicted one after the other within this process. If they ran concurrently, they would
 * find the row locked or changed again and again, and some of them would starve.
 */
@Injectable()
export class KeyTurns {
  private readonly gates = new Map<string, FairGate>();

  /**
   * Runs `work` when it is its turn among the changes of the key. Callers take turns.
   * @throws Busy when too many changes wait, or this one waited for too long; `work` was not run
   */
  async run<T>({ tenantId, userId }: TenantContext, key: string, work: () => Promise<T>): Promise<T> {
    const name = `${tenantId}/${key}`;
    const gate = this.gates.get(name) ?? new FairGate(LIMITS, () => new Busy());
    this.gates.set(name, gate);
    try {
      return await gate.hold({ group: userId, member: '' }, work);
    } finally {
      if (gate.running === 0 && gate.waiting === 0) this.gates.delete(name);
    }
  }
}
