import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { namedQuery } from '../database/named-query.js';

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
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Reserves one verification, in a statement that is committed before the password is verified. */
  async reserve(nameKey: Buffer, source: string): Promise<Reservation> {
    const [row] = await namedQuery<Reservation>(
      this.dataSource,
      'login_reserve',
      'SELECT verdict, locks, fresh FROM login_reserve($1, $2)',
      [nameKey, source],
    );
    return row ?? { verdict: 'locked', locks: false, fresh: false };
  }

  /** Clears the counters of the pair after a right password. */
  async succeeded(nameKey: Buffer, source: string): Promise<void> {
    await namedQuery(this.dataSource, 'login_succeeded', 'SELECT login_succeeded($1, $2)', [nameKey, source]);
  }
}
