import { Inject, Injectable } from '@nestjs/common';
import type { Expiry } from '../../common/expiry.js';
import type { TenantContext } from '../../common/tenant-context.js';
import type { SecretAttributes } from '../secret.js';
import { ExpiryClock } from './expiry-clock.js';
import { expiryInThePast } from './secret-expiry.js';

/** Holds what a request gives of a secret, with the expiry as it was written. */
interface GivenAttributes {
  readonly attributes: Partial<SecretAttributes>;
  /** Null for none; undefined where nothing is said of it. */
  readonly expiry?: Expiry | null | undefined;
}

/** Turns expiries that requests give into times. */
@Injectable()
export class SettleExpiry {
  constructor(@Inject(ExpiryClock) private readonly clock: ExpiryClock) {}

  /**
   * Returns the attributes with the time at which the secret is to expire, if the request gives one.
   * @throws BadParameters for one that is not in the future
   */
  async of(
    tenant: TenantContext,
    { attributes, expiry }: GivenAttributes,
  ): Promise<Partial<SecretAttributes>> {
    if (expiry === undefined) return attributes;
    if (expiry === null) return { ...attributes, expiresAt: null };
    const { at, isPast } = await this.clock.timeOf(tenant, expiry);
    if (isPast) throw expiryInThePast();
    return { ...attributes, expiresAt: at };
  }
}
