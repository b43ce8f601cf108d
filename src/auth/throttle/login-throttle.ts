import { Inject, Injectable } from '@nestjs/common';
import { retryContention } from '../../database/contention.js';
import { Lanes } from '../../database/lanes.js';
import { shareOfLogin } from './login-share.js';

export interface Reservation {
  /**
   * Allows one verification; `locked` refuses it because of the pair of name and source, `ceiling` because of the name
   * or the source alone.
   */
  readonly verdict: 'allowed' | 'locked' | 'ceiling';
  /** Tells whether the pair becomes locked if this attempt fails. */
  readonly locks: boolean;
  /** Tells whether the lock is less than a second old: it may only reflect a verification in progress. */
  readonly fresh: boolean;
  /** Tells whether the pair has not logged in lately, so that the attempt also counts against its source. */
  readonly unproved: boolean;
}

/** Counts guesses in the database, so that the counters hold across replicas and survive a rollback. */
@Injectable()
export class LoginThrottle {
  constructor(@Inject(Lanes) private readonly lanes: Lanes) {}

  /**
   * Reserves one verification, in a statement that is committed before the password is verified.
   * @param isKnown tells whether somebody has the name
   */
  async reserve(nameKey: Buffer, source: string, isKnown: boolean): Promise<Reservation> {
    const statement = {
      name: 'login_reserve',
      text: 'SELECT verdict, locks, fresh, unproved FROM login_reserve($1, $2, $3)',
      values: [nameKey, source, isKnown],
    };
    const [row] = await retryContention(() =>
      this.lanes.query<Reservation>('events', shareOfLogin(nameKey, source), statement),
    );
    return row ?? { verdict: 'locked', locks: false, fresh: false, unproved: true };
  }

  /** Clears the counters of the pair after a right password, and gives the reservation back. */
  async succeeded(nameKey: Buffer, source: string, { unproved }: Reservation): Promise<void> {
    const statement = {
      name: 'login_succeeded',
      text: 'SELECT login_succeeded($1, $2, $3)',
      values: [nameKey, source, unproved],
    };
    await retryContention(() => this.lanes.query('events', shareOfLogin(nameKey, source), statement));
  }
}
