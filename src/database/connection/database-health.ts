import { setImmediate as nextTurn } from 'node:timers/promises';
import { DomainError } from '../../common/domain-error.js';
import { Busy, Unavailable } from '../../common/errors.js';
import { isUnavailable } from './unavailability.js';

/** Limits how long a probe of the service waits for the database. */
const TIMEOUT_MS = 1_000;

/** Sets how long work may take before it triggers a check of the database. */
const SLOW_MS = 1_500;

const RETRY_MS = 500;

/** Counts the queries that must fail before the database is considered unreachable. */
const FIRST_TRIES = 2;

/**
 * Checks whether the database answers, for probes and status pages. Once it is known to be unreachable, requests are
 * refused at once until a check succeeds.
 */
export class DatabaseHealth {
  private pending: Promise<boolean> | undefined;
  private away = false;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  private onChange: (isAway: boolean) => void = () => undefined;

  /** @param ask queries the database on a connection of its own, and fails when there is no answer in time */
  constructor(private readonly ask: () => Promise<unknown>) {}

  /** Calls `listener` when the database becomes unreachable, and when it is back. */
  listen(listener: (isAway: boolean) => void): void {
    this.onChange = listener;
  }

  get isAway(): boolean {
    return this.away;
  }

  /**
   * Tells whether the database answers within a second. Concurrent calls share one query, so that probes of a hanging
   * database cannot use up its connections.
   */
  isReachable(): Promise<boolean> {
    return within(TIMEOUT_MS, this.check());
  }

  /** @throws Unavailable while the database is known to be unreachable */
  requireAvailable(): void {
    if (this.away) throw new Unavailable();
  }

  /** Runs `work`, and checks the database if the work takes long or fails because the database is unreachable. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    this.requireAvailable();
    const slow = setTimeout(() => void this.check(), SLOW_MS);
    try {
      return await work();
    } catch (error) {
      if (isAbsence(error)) void this.check();
      throw error;
    } finally {
      clearTimeout(slow);
    }
  }

  /** Stops the checks. */
  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
  }

  private check(): Promise<boolean> {
    if (this.pending === undefined) {
      const pending = this.query().finally(() => (this.pending = undefined));
      this.pending = pending;
      void this.conclude(pending);
    }
    return this.pending;
  }

  private async conclude(pending: Promise<boolean>): Promise<void> {
    const isAway = !(await pending);
    if (this.closed) return;
    if (isAway !== this.away) {
      this.away = isAway;
      this.onChange(isAway);
    }
    if (isAway) this.retry = setTimeout(() => void this.check(), RETRY_MS).unref();
  }

  private async query(): Promise<boolean> {
    for (let tries = this.away ? 1 : FIRST_TRIES; tries > 0; tries -= 1) {
      try {
        await this.ask();
        return true;
      } catch {
        // The connection may have been dropped while it was idle, or the answer came while the event loop was held up.
      }
    }
    return false;
  }
}

/** Tells whether an error means that the database is unreachable, and not that others keep it busy. */
function isAbsence(error: unknown): boolean {
  if (error instanceof Busy) return false;
  return error instanceof DomainError ? error instanceof Unavailable : isUnavailable(error);
}

async function within(milliseconds: number, pending: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      // The answer may have arrived while the event loop was held up.
      void nextTurn().then(() => resolve(false));
    }, milliseconds);
  });
  try {
    return await Promise.race([pending, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
