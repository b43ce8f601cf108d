import { setTimeout as wait } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Lanes } from '../database/lanes.js';
import { failureFields } from '../database/readiness/failure-fields.js';
import { Logger } from '../observability/logger.js';
import { firstDelay, nextDelay, retryDelay } from './job-delay.js';
import { JobRecord } from './job-record.js';
import { runInJobTransaction } from './job-transaction.js';
import type { Job } from './job.js';

/** Limits how long a running job may take to end after it was asked to stop. */
const STOP_TIMEOUT_MS = 5_000;

interface ScheduledJob {
  readonly job: Job;
  /** The number of consecutive failed runs. */
  failures: number;
  readonly record: JobRecord;
  timer?: NodeJS.Timeout;
}

/**
 * Runs the registered jobs one after the other, so that together they use at most one pool connection, and none between
 * runs. A failed run is logged and retried; it never crashes the process.
 */
@Injectable()
export class JobRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly scheduled = new Map<string, ScheduledJob>();
  private readonly due: ScheduledJob[] = [];
  private state: 'new' | 'started' | 'stopped' = 'new';
  /** Settles when no job is due any more. */
  private working: Promise<void> | undefined;
  private running: { readonly stop: AbortController; readonly cutOff: AbortController } | undefined;

  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /**
   * Registers a job. Features call this in `onModuleInit`.
   * @throws Error when the name is taken or the runner has already started
   */
  register(job: Job): void {
    if (this.state !== 'new') throw new Error(`The job ${job.name} was registered after the start`);
    if (this.scheduled.has(job.name)) throw new Error(`Two jobs are named ${job.name}`);
    this.scheduled.set(job.name, { job, failures: 0, record: new JobRecord() });
  }

  /** Returns what this process knows of the runs of each job. */
  get records(): readonly { readonly job: Job; readonly record: JobRecord }[] {
    return [...this.scheduled.values()];
  }

  onApplicationBootstrap(): void {
    if (this.state !== 'new') return;
    this.state = 'started';
    for (const entry of this.scheduled.values())
      this.schedule(entry, firstDelay(entry.job.intervalMilliseconds));
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.stop();
  }

  /**
   * Prevents further runs, and returns once the running one has ended or, after the timeout, its connection was closed.
   */
  async stop(timeoutMilliseconds = STOP_TIMEOUT_MS): Promise<void> {
    this.state = 'stopped';
    for (const { timer } of this.scheduled.values()) clearTimeout(timer);
    this.due.length = 0;
    if (this.running === undefined) return this.working;
    const { stop, cutOff } = this.running;
    stop.abort();
    const timeout = new AbortController();
    const cutOffAfterTimeout = wait(timeoutMilliseconds, undefined, { signal: timeout.signal }).then(
      () => cutOff.abort(),
      () => undefined,
    );
    await Promise.race([this.working, cutOffAfterTimeout]);
    timeout.abort();
    await this.working;
  }

  private schedule(entry: ScheduledJob, delayMilliseconds: number): void {
    if (this.state !== 'started') return;
    entry.timer = setTimeout(() => this.enqueue(entry), delayMilliseconds).unref();
  }

  private enqueue(entry: ScheduledJob): void {
    if (this.state !== 'started') return;
    this.due.push(entry);
    this.working ??= this.runDue().finally(() => (this.working = undefined));
  }

  private async runDue(): Promise<void> {
    for (let entry = this.due.shift(); entry !== undefined; entry = this.due.shift()) await this.run(entry);
  }

  private async run(entry: ScheduledJob): Promise<void> {
    const { job } = entry;
    this.running = { stop: new AbortController(), cutOff: new AbortController() };
    const { stop, cutOff } = this.running;
    const begun = performance.now();
    try {
      const result = await runInJobTransaction(this.lanes, job, {
        stop: stop.signal,
        cutOff: cutOff.signal,
      });
      entry.record.ended(result, begun);
      if (result !== 'skipped') entry.failures = 0;
      if (result === 'more') this.enqueue(entry);
      else this.schedule(entry, nextDelay(job.intervalMilliseconds));
    } catch (error) {
      this.retry(entry, error);
    } finally {
      this.running = undefined;
    }
  }

  private retry(entry: ScheduledJob, error: unknown): void {
    const { job } = entry;
    const fields = { job: job.name, ...failureFields(error) };
    if (this.state === 'stopped') {
      this.logger.warn(fields, 'a job was stopped before its end');
      return;
    }
    entry.failures += 1;
    entry.record.failed();
    this.logger.error(fields, 'a job failed and will be tried again');
    this.schedule(entry, retryDelay(job.intervalMilliseconds, entry.failures));
  }
}
