import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '../../common/tenant-context.js';
import type { Expiry } from '../../common/expiry.js';
import { Lanes } from '../../database/lanes.js';
import { shareOf } from '../share-of.js';

/** Holds the time at which something expires, to the millisecond. */
export interface ExpiryTime {
  readonly at: Date;
  readonly isPast: boolean;
}

/** Takes a time as $1, or the milliseconds from now as $2. */
const TIME_OF = `
  SELECT e.at::timestamptz(3), e.at <= now() AS "isPast"
  FROM (SELECT coalesce($1::timestamptz, now() + $2::float8 * interval '1 millisecond') AS at) AS e`;

/** Compares expiries with the clock of the database. */
@Injectable()
export class ExpiryClock {
  constructor(@Inject(Lanes) private readonly lanes: Lanes) {}

  /** @throws Busy, Unavailable as `Lanes.query` does */
  async timeOf(tenant: TenantContext, expiry: Expiry): Promise<ExpiryTime> {
    const values = 'at' in expiry ? [expiry.at, null] : [null, expiry.afterMilliseconds];
    const statement = { name: 'expiry_time', text: TIME_OF, values };
    const [time] = await this.lanes.query<ExpiryTime>('writes', shareOf(tenant), statement);
    if (time === undefined) throw new Error('An expiry has one time');
    return time;
  }
}
