import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '../../common/tenant-context.js';
import { failureFields } from '../../database/readiness/failure-fields.js';
import { Logger } from '../../observability/logger.js';
import { seenBy } from './change-audience.js';
import { MOST_CHANGES, SecretChangesRepository, type Polled } from './secret-changes.repository.js';
import type { FeedPlace, SecretChange } from './secret-change.js';

const INTERVAL_MS = 1_000;

/** Describes who waits, for what, and until when (on the clock of `performance.now()`). */
export interface Wait {
  readonly tenant: TenantContext;
  readonly after: FeedPlace;
  readonly until: number;
  /** Ends the wait when the caller hangs up. */
  readonly signal: AbortSignal;
}

/**
 * Says why a wait has ended:
 * - `changes`: there is something that the caller sees; `changes` are all that came, whoever sees them
 * - `time`: nothing came in time
 * - `behind`: the place is too far back to be read together with those of others
 * - `lost`: the feed does not have the place any more
 * - `over`: the caller has hung up, or the service stops
 */
export type Woken =
  | { readonly why: 'changes'; readonly changes: readonly SecretChange[]; readonly upto: FeedPlace }
  | { readonly why: 'time'; readonly upto: FeedPlace }
  | { readonly why: 'behind' | 'lost' | 'over' };

interface Waiter extends Wait {
  after: FeedPlace;
  readonly wake: (woken: Woken) => void;
}

/**
 * Asks the database once a second what is new, for all who wait in this process, and wakes those who may see it. Holds
 * no connection between its questions, and asks nothing while nobody waits.
 */
@Injectable()
export class ChangePoller {
  private readonly waiters = new Set<Waiter>();
  private polling = false;
  private isOver = false;
  private head: FeedPlace | undefined;
  private isFailing = false;

  constructor(
    @Inject(SecretChangesRepository) private readonly feed: SecretChangesRepository,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /** Tells whether nothing after a place was there when those who wait were last told. */
  isAt({ position, mark }: FeedPlace): boolean {
    return this.head?.position === position && this.head.mark === mark;
  }

  /** Waits for changes after a place up to which the caller has just read. */
  wait(wait: Wait): Promise<Woken> {
    if (this.isOver || wait.signal.aborted) return Promise.resolve({ why: 'over' });
    if (this.head !== undefined && this.head.position - wait.after.position > MOST_CHANGES)
      return Promise.resolve({ why: 'behind' });
    return new Promise((resolve) => {
      const hungUp = (): void => waiter.wake({ why: 'over' });
      const waiter: Waiter = {
        ...wait,
        wake: (woken) => {
          this.waiters.delete(waiter);
          wait.signal.removeEventListener('abort', hungUp);
          resolve(woken);
        },
      };
      wait.signal.addEventListener('abort', hungUp, { once: true });
      this.waiters.add(waiter);
      if (!this.polling) void this.poll();
    });
  }

  /** Ends all waits, and any that begins later, because the service stops. */
  end(): void {
    this.isOver = true;
    for (const waiter of [...this.waiters]) waiter.wake({ why: 'over' });
  }

  private async poll(): Promise<void> {
    this.polling = true;
    for (let result: 'all' | 'more' | 'nobody' = 'all'; result !== 'nobody';) {
      await sleep(result === 'more' ? 0 : INTERVAL_MS, undefined, { ref: false });
      result = await this.pollOnce();
    }
    this.polling = false;
    this.head = undefined;
  }

  /** Asks for those who wait, if anybody does, and tells whether there may be more at once. */
  private async pollOnce(): Promise<'all' | 'more' | 'nobody'> {
    const asking = [...this.waiters];
    if (asking.length === 0) return 'nobody';
    try {
      const places = new Map(asking.map(({ after }) => [`${after.position} ${after.mark}`, after]));
      const tenants = new Set(asking.map(({ tenant }) => tenant.tenantId));
      const polled = await this.feed.poll([...places.values()], [...tenants]);
      this.head = polled.upto;
      this.isFailing = false;
      // Those who came meanwhile were not asked for: they are told by the next poll, which begins at their place.
      for (const waiter of asking) if (this.waiters.has(waiter)) tell(waiter, polled);
      return polled.more ? 'more' : 'all';
    } catch (error) {
      if (!this.isFailing) this.logger.warn(failureFields(error), 'the changes of secrets could not be read');
      this.isFailing = true;
      for (const waiter of asking) if (this.waiters.has(waiter)) tellTime(waiter);
      return 'all';
    }
  }
}

/** Wakes a waiter if there is something to tell, or moves it on. */
function tell(waiter: Waiter, { changes, upto, lost }: Polled): void {
  const { tenant, after } = waiter;
  if (lost.has(after.position)) {
    waiter.wake({ why: 'lost' });
    return;
  }
  const further = changes.filter(({ position }) => position > after.position);
  if (further.some((change) => seenBy(tenant, change) !== undefined)) {
    waiter.wake({ why: 'changes', changes: further, upto });
    return;
  }
  if (upto.position > after.position) waiter.after = upto;
  tellTime(waiter);
}

function tellTime(waiter: Waiter): void {
  if (performance.now() >= waiter.until) waiter.wake({ why: 'time', upto: waiter.after });
}
