import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Lanes } from '../../database/lanes.js';
import { failureFields } from '../../database/readiness/failure-fields.js';
import { Logger } from '../../observability/logger.js';
import { onBehalfOf } from '../../observability/tracing/tracing.js';

const INTERVAL_MS = 1_000;
const MOST_SOURCES = 10_000;

/** Stands for all sources beyond those that are counted one by one. */
const OTHERS = '*';

/**
 * Counts logins that are refused without an event of their own, by source, and stores the counts once a second in one
 * statement, so that a flood of them costs the database no more than one. A process that is killed loses the counts of
 * its last second.
 */
@Injectable()
export class RefusedLogins implements OnApplicationShutdown {
  private readonly counts = new Map<string, number>();
  private readonly stopping = new AbortController();
  /** Resolves when the current counts have been stored. */
  private stored: Promise<void> | undefined;
  private storing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /**
   * Counts one refusal.
   * @returns a promise that resolves when the count is durable; the caller need not await it
   * @throws Busy, Unavailable when the count cannot be stored now; it is kept and stored later
   */
  count(source: string): Promise<void> {
    this.add(source, 1);
    return (this.stored ??= this.schedule());
  }

  /** Stores the remaining counts after the last request was answered. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.stored?.catch(() => undefined);
  }

  private schedule(): Promise<void> {
    const { signal } = this.stopping;
    const pause = sleep(INTERVAL_MS, undefined, { ref: false, signal }).catch(() => undefined);
    const stored = Promise.all([pause, this.storing]).then(() => {
      this.stored = undefined;
      const storing = this.store();
      this.storing = storing.catch(() => undefined);
      return storing;
    });
    stored.catch(() => undefined);
    return stored;
  }

  private async store(): Promise<void> {
    const counts = [...this.counts];
    this.counts.clear();
    try {
      const statement = {
        name: 'count_refused_logins',
        text: 'SELECT count_refused_logins($1, $2)',
        values: [counts.map(([source]) => source), counts.map(([, count]) => count)],
      };
      // The counts are of many requests, so they are part of no request's trace.
      await onBehalfOf([], () => this.lanes.query('events', undefined, statement));
    } catch (error) {
      for (const [source, count] of counts) this.add(source, count);
      if (!this.stopping.signal.aborted) this.stored ??= this.schedule();
      this.logger.warn(failureFields(error), 'the counts of refused logins are not stored yet');
      throw error;
    }
  }

  private add(source: string, count: number): void {
    const counted = this.counts.has(source) || this.counts.size < MOST_SOURCES ? source : OTHERS;
    this.counts.set(counted, (this.counts.get(counted) ?? 0) + count);
  }
}
