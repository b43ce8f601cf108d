import { Inject, Injectable } from '@nestjs/common';
import { retryContention } from '../../database/contention.js';
import { Lanes } from '../../database/lanes.js';
import type { Metrics } from '../../observability/metrics/metrics.js';
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
  private readonly counts = { right: 0, wrong: 0, locked: 0, ceiling: 0 };
  private locks = 0;

  constructor(@Inject(Lanes) private readonly lanes: Lanes) {}

  /** Registers how many logins this process verified and refused. */
  register(metrics: Metrics): void {
    metrics.register('strongroom_logins_total', () =>
      Object.entries(this.counts).map(([outcome, value]) => ({
        labels: { method: 'password', outcome },
        value,
      })),
    );
    metrics.register('strongroom_login_locks_total', () => [{ value: this.locks }]);
  }

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
    const reservation = row ?? { verdict: 'locked', locks: false, fresh: false, unproved: true };
    if (reservation.verdict !== 'allowed' && !reservation.fresh) this.counts[reservation.verdict] += 1;
    return reservation;
  }

  /** Notes that the password of an allowed attempt was wrong, which the reservation has counted already. */
  failed({ locks }: Reservation): void {
    this.counts.wrong += 1;
    if (locks) this.locks += 1;
  }

  /** Clears the counters of the pair after a right password, and gives the reservation back. */
  async succeeded(nameKey: Buffer, source: string, { unproved }: Reservation): Promise<void> {
    const statement = {
      name: 'login_succeeded',
      text: 'SELECT login_succeeded($1, $2, $3)',
      values: [nameKey, source, unproved],
    };
    await retryContention(() => this.lanes.query('events', shareOfLogin(nameKey, source), statement));
    this.counts.right += 1;
  }
}
