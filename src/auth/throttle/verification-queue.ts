import { Inject, Injectable } from '@nestjs/common';
import { TooManyRequests } from '../../common/errors.js';
import { FairGate, type GateLimits } from '../../common/turns/fair-gate.js';
import type { Share } from '../../common/turns/turn-queue.js';
import type { Metrics } from '../../observability/metrics/metrics.js';
import { registerQueue } from '../../observability/metrics/register-queue.js';
import { PasswordHasher } from '../../crypto/password-hasher.js';

/**
 * Limits the verifications that wait: one source may send as many as one core verifies in the time. The time is shorter
 * than the timeouts of clients, most of which do not repeat a refused login.
 */
const WAITING = { waiting: 1_000, waitingOfGroup: 200, waitMilliseconds: 20_000 };

/**
 * Queues verifications of passwords. Sources take turns, and so do the names of a source; each pair of name and source
 * has one verification at a time. Half of the places and of the turns are for names that have logged in from their
 * source lately, so that a flood of other logins cannot shut them out.
 */
@Injectable()
export class VerificationQueue {
  private readonly proved: FairGate;
  private readonly unproved: FairGate;

  constructor(@Inject(PasswordHasher) { atOnce }: PasswordHasher) {
    // One place more than verifications run at once, so that the statements before and after a verification delay no
    // other. The hasher takes work in the order in which the gates admit it, alternating while both are full.
    const limits: GateLimits = {
      ...WAITING,
      places: atOnce + 1,
      placesOfGroup: atOnce + 1,
      placesOfMember: 1,
    };
    this.proved = new FairGate(limits, refusal);
    this.unproved = new FairGate(limits, refusal);
  }

  /** Registers what waits and runs. */
  register(metrics: Metrics): void {
    registerQueue(metrics, 'logins_proved', () => this.proved.gauge);
    registerQueue(metrics, 'logins_unproved', () => this.unproved.gauge);
  }

  /**
   * Runs `work` in its turn.
   * @param share holds the source as the group and the name as the member
   * @throws TooManyRequests when too many wait, or this one waited too long; then `work` was not run
   */
  hold<T>(share: Share, isProved: boolean, work: () => Promise<T>): Promise<T> {
    return (isProved ? this.proved : this.unproved).hold(share, work);
  }
}

function refusal(): Error {
  return new TooManyRequests('Too many logins wait to be checked; try again in a second');
}
