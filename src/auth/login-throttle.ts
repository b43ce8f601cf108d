import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { namedQuery } from '../database/named-query.js';

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
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /**
   * Reserves one verification, in a statement that is committed before the password is verified.
   * @param isKnown tells whether somebody has the name
   */
  async reserve(nameKey: Buffer, source: string, isKnown: boolean): Promise<Reservation> {
    const [row] = await namedQuery<Reservation>(
      this.dataSource,
      'login_reserve',
      'SELECT verdict, locks, fresh, unproved FROM login_reserve($1, $2, $3)',
      [nameKey, source, isKnown],
    );
    return row ?? { verdict: 'locked', locks: false, fresh: false, unproved: true };
  }

  /** Clears the counters of the pair after a right password, and gives the reservation back. */
  async succeeded(nameKey: Buffer, source: string, { unproved }: Reservation): Promise<void> {
    await namedQuery(this.dataSource, 'login_succeeded', 'SELECT login_succeeded($1, $2, $3)', [
      nameKey,
      source,
      unproved,
    ]);
  }
}
