import { Busy } from '../../common/errors.js';
import { FairGate } from '../../common/turns/fair-gate.js';
import type { Metrics } from '../../observability/metrics/metrics.js';
import { registerWaiting } from '../../observability/metrics/register-queue.js';
import type { Share } from '../../common/turns/turn-queue.js';

/** Limits the bytes of one tenant; all tenants together have four times as many. */
export const BYTES_OF_TENANT = 64 * 1024 * 1024;

/** Marks large bodies, which leave a quarter of all bytes to others, so that small bodies always find room. */
const LARGE_BYTES = 4 * 1024 * 1024;

/**
 * Limits the memory of a process, and of a tenant, for the bodies of unanswered requests. The room for a whole body is
 * taken before its first byte is read: bodies that took their room as they arrive could wait for each other forever.
 */
export class BodyRoom {
  private readonly gate: FairGate;

  /** @param bytesOfTenant at least the largest body that takes its room here */
  constructor(private readonly bytesOfTenant: number) {
    const limits = {
      places: 4 * bytesOfTenant,
      placesOfGroup: bytesOfTenant,
      heavy: LARGE_BYTES,
      waiting: 2_000,
      waitingOfGroup: 500,
      waitMilliseconds: 20_000,
    };
    const refuse = () => new Busy('Too many large bodies are under way; send yours again in a second');
    this.gate = new FairGate(limits, refuse);
  }

  /** Registers how much of the room is taken. */
  register(metrics: Metrics, kind: 'ordinary' | 'import'): void {
    const { gate } = this;
    const labels = { kind };
    metrics.register('strongroom_body_bytes', () => [{ labels, value: gate.running }]);
    metrics.register('strongroom_body_limit_bytes', () => [{ labels, value: gate.gauge.places }]);
    registerWaiting(metrics, `bodies_${kind}`, () => gate.gauge);
  }

  /**
   * Takes room, and waits for its turn if there is none.
   * @returns a function that gives the room back, to be called once
   * @throws Busy when too many bodies wait, or no room is free for 20 seconds
   */
  take(share: Share, bytes: number): Promise<() => void> {
    return this.gate.take(share, Math.min(bytes, this.bytesOfTenant));
  }
}
