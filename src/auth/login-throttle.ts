import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { namedQuery } from '../database/named-query.js';

export interface Reservation {
  /** `allowed` to verify once; else the pair of name and source is locked, or the name has reached its ceiling. */
  readonly verdict: 'allowed' | 'locked' | 'ceiling';
  /** Whether the pair is locked if this attempt fails. */
  readonly locks: boolean;
  /** Locked within the last second: perhaps only for the time of a verification under way. */
  readonly fresh: boolean;
}

/** The counters of guesses, in the database: they hold across replicas and survive what a request rolls back. */
@Injectable()
export class LoginThrottle {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Reserves one verification, in a statement of its own that is committed before the password is looked at. */
  async reserve(nameKey: Buffer, source: string): Promise<Reservation> {
    const [row] = await namedQuery<Reservation>(
      this.dataSource,
      'login_reserve',
      'SELECT verdict, locks, fresh FROM login_reserve($1, $2)',
      [nameKey, source],
    );
    return row ?? { verdict: 'locked', locks: false, fresh: false };
  }

  /** The password was right: clears what was counted for the pair. */
  async succeeded(nameKey: Buffer, source: string): Promise<void> {
    await namedQuery(this.dataSource, 'login_succeeded', 'SELECT login_succeeded($1, $2)', [nameKey, source]);
  }
}
