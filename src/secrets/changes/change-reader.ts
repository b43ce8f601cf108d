import type { StandingCheck } from '../../auth/standing-check.js';
import type { Principal } from '../../auth/principal.js';
import { MaintenanceModeActive } from '../../common/errors.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { allSeenBy } from './change-audience.js';
import { CursorGone } from './change-errors.js';
import type { ChangeCursors } from './change-cursors.js';
import type { ChangeFeedLimits } from './change-feed-limits.js';
import type { ChangePoller } from './change-poller.js';
import type { SecretChangesRepository } from './secret-changes.repository.js';
import type { ChangePage, FeedPlace, SecretChange } from './secret-change.js';

/** Names the permission that a reader needs: that of lists. */
export const CHANGES_PERMISSION = 'secret_list';

/** Holds what a reader works with. */
export interface FeedParts {
  readonly feed: SecretChangesRepository;
  readonly poller: ChangePoller;
  readonly cursors: ChangeCursors;
  readonly standing: StandingCheck;
  readonly limits: Pick<ChangeFeedLimits, 'renewalMilliseconds'>;
}

/** Says who reads. */
export interface ChangeCaller {
  readonly tenant: TenantContext;
  readonly principal: Principal;
  /** Ends the request when the caller hangs up. */
  readonly signal: AbortSignal;
}

/** Holds what a caller gets: what the caller sees of the changes up to a place. */
export interface NextChanges extends ChangePage {
  /** Tells that the caller has hung up or the service stops, so that nothing further comes. */
  readonly isOver: boolean;
}

/**
 * Reads the feed for one request, from place to place. The request was just admitted; the rights are looked up again
 * before every further delivery, and every few seconds while it waits.
 */
export class ChangeReader {
  private renewedAt = performance.now();
  /** Tells that nothing was delivered yet, and nothing waited for. */
  private isFresh = true;
  private readonly signal: AbortSignal;
  private principal: Principal;
  private tenant: TenantContext;

  /**
   * @param after the place from which on the caller reads
   * @param isBehind false if nothing after it was known a moment ago, so that it is enough to wait
   */
  constructor(
    private readonly parts: FeedParts,
    { principal, tenant, signal }: ChangeCaller,
    private after: FeedPlace,
    private isBehind: boolean,
  ) {
    this.principal = principal;
    this.tenant = tenant;
    this.signal = signal;
  }

  /**
   * Returns the next changes, or none at the end of the wait.
   * @param until ends the wait, on the clock of `performance.now()`
   * @throws CursorGone if the feed does not have the place any more
   * @throws Unauthorized, Forbidden, MaintenanceModeActive if the caller would not be admitted any more
   * @throws Busy, Unavailable when the database does not answer
   */
  async next(until: number): Promise<NextChanges> {
    while (this.isBehind || performance.now() < until) {
      const found = this.isBehind ? await this.read() : await this.waited(until);
      if (found !== undefined) return found;
    }
    return this.nothing();
  }

  /** Reads on from the place, alone. */
  private async read(): Promise<NextChanges | undefined> {
    const page = await this.parts.feed.read(this.tenant, this.after);
    if (page === undefined) throw await this.gone();
    this.isBehind = page.more;
    return this.delivered(page.changes, page.upto, page.more);
  }

  /** Waits together with all others. */
  private async waited(until: number): Promise<NextChanges | undefined> {
    const { tenant, after, signal } = this;
    this.isFresh = false;
    const woken = await this.parts.poller.wait({
      ...{ tenant, after, signal, until: Math.min(until, this.renewalDue) },
    });
    switch (woken.why) {
      case 'changes':
        return this.delivered(woken.changes, woken.upto, false);
      case 'time':
        this.after = woken.upto;
        await this.renewIfDue();
        return undefined;
      case 'behind':
        this.isBehind = true;
        return undefined;
      case 'lost':
        throw await this.gone();
      case 'over':
        return { ...this.nothing(), isOver: true };
    }
  }

  /** Moves on to a place; returns the changes that the caller sees by the rights of this moment, if there are any. */
  private async delivered(
    changes: readonly SecretChange[],
    upto: FeedPlace,
    more: boolean,
  ): Promise<NextChanges | undefined> {
    if (changes.length > 0 && !this.isFresh) await this.renew();
    this.isFresh = false;
    const seen = allSeenBy(this.tenant, changes);
    this.after = upto;
    return seen.length > 0 ? { changes: seen, upto, more, isOver: false } : undefined;
  }

  private get renewalDue(): number {
    return this.renewedAt + this.parts.limits.renewalMilliseconds;
  }

  private nothing(): NextChanges {
    return { changes: [], upto: this.after, more: false, isOver: false };
  }

  private async renewIfDue(): Promise<void> {
    if (performance.now() >= this.renewalDue) await this.renew();
  }

  private async renew(): Promise<void> {
    this.renewedAt = performance.now();
    const { tenantId, tenantName } = this.tenant;
    const principal = await this.parts.standing.renew(this.principal);
    const { tenant, permissions } = principal;
    if (tenant?.id !== tenantId || !permissions.has(CHANGES_PERMISSION))
      throw tenantRefused(CHANGES_PERMISSION, tenantName);
    if (principal.inMaintenance) throw new MaintenanceModeActive();
    this.principal = principal;
    this.tenant = Object.freeze({ ...this.tenant, permissions });
  }

  private gone(): Promise<CursorGone> {
    return goneWithNewStart(this.parts, this.tenant);
  }
}

/** Returns the error for a place that the feed does not have, with the place at which to begin again. */
export async function goneWithNewStart(
  { feed, cursors }: Pick<FeedParts, 'feed' | 'cursors'>,
  tenant: TenantContext,
): Promise<CursorGone> {
  const end = await feed.read(tenant, undefined);
  if (end === undefined) throw new Error('The feed has an end');
  return new CursorGone(await cursors.write(tenant.tenantId, end.upto));
}
