import { Inject, Injectable } from '@nestjs/common';
import type { Share } from '../common/turn-queue.js';
import { retryContention } from '../database/contention.js';
import { Lanes } from '../database/lanes.js';

export interface Reservation {
  /**
   * Allows one verification; `locked` and `ceiling` refuse it because of the pair of name and source, or of the name.
   */
  readonly verdict: 'allowed' | 'locked' | 'ceiling';
  /** Tells whether the pair becomes locked if this attempt fails. */
  readonly locks: boolean;
  /** Tells whether the lock is less than a second old: it may only reflect a verification in progress. */
  readonly fresh: boolean;
}

/** Counts guesses in the database, so that the counters hold across replicas and survive a rollback. */
@Injectable()
export class LoginThrottle {
  constructor(@Inject(Lanes) private readonly lanes: Lanes) {}

  /** Reserves one verification, in a statement that is committed before the password is verified. */
  async reserve(nameKey: Buffer, source: string): Promise<Reservation> {
    const statement = {
      name: 'login_reserve',
      text: 'SELECT verdict, locks, fresh FROM login_reserve($1, $2)',
      values: [nameKey, source],
    };
    const [row] = await retryContention(() =>
      this.lanes.query<Reservation>('events', shareOf(nameKey, source), statement),
    );
    return row ?? { verdict: 'locked', locks: false, fresh: false };
  }

  /** Clears the counters of the pair after a right password. */
  async succeeded(nameKey: Buffer, source: string): Promise<void> {
    const statement = {
      name: 'login_succeeded',
      text: 'SELECT login_succeeded($1, $2)',
      values: [nameKey, source],
    };
    await retryContention(() => this.lanes.query('events', shareOf(nameKey, source), statement));
  }
}

/** Lets networks take turns, and names within one. */
function shareOf(nameKey: Buffer, source: string): Share {
  return { group: source, member: nameKey.toString('hex') };
}
