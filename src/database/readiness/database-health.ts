import { setImmediate as nextTurn } from 'node:timers/promises';
import { Unavailable } from '../../common/errors.js';
import { stateOf } from '../connection/causes/find-cause.js';
import { isUnanswered } from '../connection/unavailability.js';
import { explainedCause } from '../connection/connection-problem.js';

/** Limits how long a probe of the service waits for the database. */
const TIMEOUT_MS = 1_000;

/** Sets how long an answer serves further probes. */
const KEPT_MS = 1_000;

/**
 * Sets how long work may take before it triggers a check of the database. If the database has fallen silent, its
 * two tries take 3 s more, and then the work is given up.
 */
const SLOW_MS = 1_000;

const RETRY_MS = 500;

/** Limits how long the last answer stands while the two tries last; connecting to a lost server takes longer. */
const TRIES_MS = 3_000;

/** Asks the database whether it can serve requests. */
export interface Question {
  /**
   * Returns the problem with the database in one line; undefined if it can serve requests.
   * @throws Error when the database does not answer in time
   */
  ask(): Promise<string | undefined>;
  /** Returns and throws as `ask`, for a database whose disk was full. */
  askForSpace(): Promise<string | undefined>;
}

/** Ends connections of requests, which may be dead although nobody has closed them. */
export interface Connections {
  /** Ends all of them, those in use as well. */
  breakAll(): void;
  /** Ends those that nothing uses. */
  renewIdle(): void;
}

/**
 * Describes the database: it is `ready`, or it answers but cannot serve requests (`unusable`), or it does not answer
 * (`away`). The problem is one line for the operator. The reason is what the way to the database reported when it was
 * found away, which may be another one at each try.
 */
export type DatabaseState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable' | 'away'; readonly problem: string; readonly reason?: string | undefined };

/**
 * Checks whether the database can serve requests, for probes and status pages. Once it is known not to answer, requests
 * are refused at once until it does again, and those that wait for its answer are given up.
 */
export class DatabaseHealth {
  private pending: { readonly state: Promise<DatabaseState>; readonly since: number } | undefined;
  private known: { readonly state: DatabaseState; readonly at: number } | undefined;
  /** True from a refusal for lack of space until a write succeeds. */
  private full = false;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  private onChange: (state: DatabaseState) => void = () => undefined;

  /**
   * @param question uses a connection of its own
   * @param connections of requests
   */
  constructor(
    private readonly question: Question,
    private readonly connections: readonly Connections[] = [],
  ) {}

  /** Calls `listener` whenever the state, its problem or the reason changes. */
  listen(listener: (state: DatabaseState) => void): void {
    this.onChange = listener;
  }

  /** Returns the state that was found last; undefined before the first check. */
  get state(): DatabaseState | undefined {
    return this.known?.state;
  }

  /** Tells whether the database does not answer. */
  get isAway(): boolean {
    return this.known?.state.kind === 'away';
  }

  /**
   * Tells within a second whether the database can serve requests. An answer serves for a second, and concurrent calls
   * share one question, so that probes of a hanging database cannot use up its connections. While a first try is
   * unanswered, the last answer stands.
   */
  async isReady(): Promise<boolean> {
    const { known } = this;
    if (this.pending === undefined && this.isFresh()) return known?.state.kind === 'ready';
    const pending = this.check();
    const state = await within(TIMEOUT_MS, pending.state);
    if (state !== undefined) return state.kind === 'ready';
    return known?.state.kind === 'ready' && performance.now() - pending.since < TRIES_MS;
  }

  /** @throws Unavailable while the database is known not to answer */
  requireAvailable(): void {
    if (this.isAway) throw new Unavailable();
  }

  /** Runs `work`, and checks the database if the work takes long or its error tells of a problem with the database. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    this.requireAvailable();
    const slow = setTimeout(() => void this.check(), SLOW_MS);
    try {
      return await work();
    } catch (error) {
      this.learnFrom(error);
      throw error;
    } finally {
      clearTimeout(slow);
    }
  }

  /** Checks the database since an idle connection was lost, which no request has noticed. */
  noteLostConnection(): void {
    if (!this.closed) void this.check();
  }

  /** Stops the checks. */
  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
  }

  private learnFrom(error: unknown): void {
    this.renewAfterSilence(error);
    const state = stateOf(error);
    const isOutage = state === 'away' || state === 'unusable' || (state === 'full' && !this.full);
    this.full ||= state === 'full';
    const isDamage = state === 'forbidden' || state === 'incomplete';
    if (isOutage || (isDamage && !this.isFresh())) void this.check();
  }

  /** Renews idle connections after dropped packets: they are lost as well, and work on each of them would wait in vain. */
  private renewAfterSilence(error: unknown): void {
    if (isUnanswered(error)) for (const each of this.connections) each.renewIdle();
  }

  private isFresh(): boolean {
    return this.known !== undefined && performance.now() - this.known.at < KEPT_MS;
  }

  private check(): { readonly state: Promise<DatabaseState>; readonly since: number } {
    if (this.pending === undefined) {
      const state = this.find().finally(() => (this.pending = undefined));
      this.pending = { state, since: performance.now() };
      void this.conclude(state);
    }
    return this.pending;
  }

  private async conclude(pending: Promise<DatabaseState>): Promise<void> {
    const state = await pending;
    if (this.closed) return;
    const before = this.known?.state ?? { kind: 'ready' };
    this.known = { state, at: performance.now() };
    if (state.kind === 'away' && before.kind !== 'away') for (const each of this.connections) each.breakAll();
    if (isNews(state, before)) this.onChange(state);
    if (state.kind === 'ready') return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.check(), RETRY_MS).unref();
  }

  /** Asks again after one failure: the connection may have been dropped while idle, or the event loop was held up. */
  private async find(): Promise<DatabaseState> {
    const wasReady = this.known === undefined || this.known.state.kind === 'ready';
    const first = await this.askOnce();
    return first.kind === 'ready' || !wasReady ? first : this.askOnce();
  }

  private async askOnce(): Promise<DatabaseState> {
    try {
      const problem =
        (await this.question.ask()) ?? (this.full ? await this.question.askForSpace() : undefined);
      if (problem !== undefined) return { kind: 'unusable', problem };
      this.full = false;
      return { kind: 'ready' };
    } catch (error) {
      this.renewAfterSilence(error);
      return { kind: 'away', problem: 'the database does not answer', reason: explainedCause(error) };
    }
  }
}

function isNews(state: DatabaseState, before: DatabaseState): boolean {
  if (state.kind === 'ready' || before.kind === 'ready') return state.kind !== before.kind;
  return state.kind !== before.kind || state.problem !== before.problem || state.reason !== before.reason;
}

/** Returns what `pending` gives within the time, otherwise undefined. */
async function within<T>(milliseconds: number, pending: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      // The answer may have arrived while the event loop was held up.
      void nextTurn().then(() => resolve(undefined));
    }, milliseconds);
  });
  try {
    return await Promise.race([pending, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
