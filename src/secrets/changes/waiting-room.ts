import type { TenantContext } from '../../common/tenant-context.js';
import { tooManyWaiting } from './change-errors.js';

/** Limits the requests that wait for changes: of one caller in a tenant, of a tenant, and of the process. */
export interface WaitingLimits {
  readonly ofCaller: number;
  readonly ofTenant: number;
  readonly all: number;
}

/** Counts the requests that wait for changes. */
export class WaitingRoom {
  private readonly taken = new Map<string, number>();
  private all = 0;

  constructor(private readonly limits: WaitingLimits) {}

  /** Returns how many wait. */
  get size(): number {
    return this.all;
  }

  /**
   * Takes a place.
   * @returns a function that gives it back; only its first call counts
   * @throws TooManyRequests if the caller, the tenant or the process has too many
   */
  enter({ tenantId, userId }: Pick<TenantContext, 'tenantId' | 'userId'>): () => void {
    const caller = `${tenantId}/${userId}`;
    if (this.of(caller) >= this.limits.ofCaller) throw tooManyWaiting('of yours');
    if (this.of(tenantId) >= this.limits.ofTenant) throw tooManyWaiting('of this tenant');
    if (this.all >= this.limits.all) throw tooManyWaiting('of this service');
    this.count(1, caller, tenantId);
    let isTaken = true;
    return () => {
      if (isTaken) this.count(-1, caller, tenantId);
      isTaken = false;
    };
  }

  private of(name: string): number {
    return this.taken.get(name) ?? 0;
  }

  private count(change: 1 | -1, ...names: readonly string[]): void {
    this.all += change;
    for (const name of names) {
      const now = this.of(name) + change;
      if (now === 0) this.taken.delete(name);
      else this.taken.set(name, now);
    }
  }
}
