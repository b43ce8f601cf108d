import { setTimeout as wait } from 'node:timers/promises';
import { DomainError } from '../../common/domain-error.js';
import { newId } from '../../common/ids.js';
import { failureFields } from '../../database/readiness/failure-fields.js';
import { retryDelay } from '../../jobs/job-delay.js';
import type { Logger } from '../../observability/logger.js';
import type { SealedEvent, Sink } from './sink.js';
import { reasonOfFailure, SinkTimeout } from './sink-failure.js';
import type { BatchedEvent, SinksRepository } from './sinks.repository.js';

/** Limits how long a process may send before it has to ask again; another one takes over after this time at the latest. */
const LEASE_SECONDS = 10;

/** Breaks off a delivery this long before the end of the lease. */
const LEASE_MARGIN_MS = 2_000;

/** Limits how long a delivery that is under way may still take when the process stops. */
const LAST_DELIVERY_MS = 3_000;

/** Limits one delivery. */
const MOST_EVENTS = 500;
const MOST_BYTES = 262_144;

const IDLE_MS = 1_000;
const OTHER_HOLDS_MS = 2_000;
const DATABASE_AWAY_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
const REMINDER_MS = 600_000;

/** Holds what a process knows of a sink. */
export interface SinkState {
  delivered: number;
  failures: number;
  /** Undefined until the database was asked. */
  waiting: { readonly seconds: number; readonly batches: number } | undefined;
}

/**
 * Takes sealed events to one sink, in order, for as long as the process has the lease of the sink. An event counts as delivered
 * after the receiver has it, so it may be sent again after a failure, and is never left out.
 */
export class SinkDelivery {
  readonly state: SinkState = { delivered: 0, failures: 0, waiting: undefined };
  private readonly holder = newId();
  private readonly stopping = new AbortController();
  private readonly cutOff = new AbortController();
  private running: Promise<void> | undefined;
  /** Failures since the last delivery, by whatever fault. */
  private consecutive = 0;
  private toldAt: number | undefined;

  constructor(
    readonly sink: Sink,
    private readonly repository: SinksRepository,
    private readonly logger: Logger,
    private readonly waitDays: number,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Ends the delivery that is under way, in a few seconds at most, and gives up the lease. */
  async stop(): Promise<void> {
    if (this.running === undefined) return;
    this.stopping.abort();
    const timer = setTimeout(() => this.cutOff.abort(new SinkTimeout()), LAST_DELIVERY_MS);
    await this.running;
    clearTimeout(timer);
    await this.release();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const pause = await this.turn();
      await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Makes one delivery if there is something to deliver. Returns after how many milliseconds to look again. */
  private async turn(): Promise<number> {
    const begun = performance.now();
    try {
      const { sink, holder, waitDays } = this;
      const request = { sink: sink.name, holder, seconds: LEASE_SECONDS, waitDays };
      const { isHolder, seconds, waitingSeconds, batches } = await this.repository.lease(request);
      this.state.waiting = { seconds: waitingSeconds ?? 0, batches };
      if (!isHolder) return OTHER_HOLDS_MS;
      if (waitingSeconds === null) return IDLE_MS;
      return await this.deliver(begun + seconds * 1_000 - LEASE_MARGIN_MS);
    } catch (error) {
      return this.databaseFailed(error);
    }
  }

  /** @param deadline on the clock of `performance.now()` */
  private async deliver(deadline: number): Promise<number> {
    const { sink, holder } = this;
    const batch = await this.repository.read(sink.name, MOST_EVENTS, MOST_BYTES);
    const last = batch.at(-1);
    if (last === undefined) return IDLE_MS;
    const events = batch.filter((event): event is BatchedEvent & SealedEvent => event.body !== null);
    try {
      if (events.length > 0) await this.send(events, deadline);
    } catch (error) {
      return this.sinkFailed(error);
    }
    this.succeeded(events.length, batch.length - events.length);
    return (await this.repository.confirm(sink.name, holder, last)) ? 0 : OTHER_HOLDS_MS;
  }

  private async send(events: readonly SealedEvent[], deadline: number): Promise<void> {
    const limit = new AbortController();
    const end = (): void => limit.abort(new SinkTimeout());
    const timer = setTimeout(end, Math.max(0, deadline - performance.now()));
    this.cutOff.signal.addEventListener('abort', end, { once: true });
    try {
      await this.sink.deliver(events, limit.signal);
    } finally {
      clearTimeout(timer);
      this.cutOff.signal.removeEventListener('abort', end);
    }
  }

  private succeeded(delivered: number, removed: number): void {
    const sink = this.sink.name;
    this.state.delivered += delivered;
    if (this.toldAt !== undefined)
      this.logger.info({ sink, failures: this.consecutive }, 'audit sink: it takes events again');
    this.consecutive = 0;
    this.toldAt = undefined;
    if (removed > 0)
      this.logger.error(
        { alarm: 'audit_sink_gap', sink, events: removed },
        'audit sink: events were removed before it had them',
      );
  }

  /** Lets another process try, since its way to the receiver may be open. */
  private async sinkFailed(error: unknown): Promise<number> {
    this.state.failures += 1;
    this.remind(reasonOfFailure(error));
    const pause = this.nextPause();
    await this.release();
    return pause;
  }

  private remind(reason: string): void {
    const now = performance.now();
    if (this.toldAt !== undefined && now - this.toldAt < REMINDER_MS) return;
    this.toldAt = now;
    const fields = { sink: this.sink.name, reason, failures: this.consecutive + 1 };
    this.logger.warn(fields, 'audit sink: it does not take events; they wait, and are sent again');
  }

  /** An outage of the database has lines of its own, and every request that fails then. */
  private databaseFailed(error: unknown): number {
    if (error instanceof DomainError && error.cause === undefined) return DATABASE_AWAY_MS;
    if (!this.stopping.signal.aborted)
      this.logger.error(
        { sink: this.sink.name, ...failureFields(error) },
        'audit sink: its events could not be read',
      );
    return this.nextPause();
  }

  private nextPause(): number {
    this.consecutive += 1;
    return retryDelay(LONGEST_PAUSE_MS, this.consecutive);
  }

  private async release(): Promise<void> {
    await this.repository.release(this.sink.name, this.holder).catch(() => undefined);
  }
}
