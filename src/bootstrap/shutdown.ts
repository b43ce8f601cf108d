import { constants } from 'node:os';
import { errorFields } from '../observability/error-fields.js';
import type { Logger } from '../observability/logger.js';

/** Ignores a repeated signal within this time: a terminal and npm both forward the same one. */
const SAME_SIGNAL_MS = 500;

/**
 * Stops what runs, for a reason that operators are told. `isInterrupted`: a person waits at a terminal, so there is no
 * time for load balancers to react.
 */
export type Stop = (isInterrupted: boolean, reason: string) => Promise<void>;

const UNCAUGHT = 'an error that nothing caught: stopping';

/**
 * Ends the process in order, once: with code 0 on a signal, and with code 1 after an error that nothing caught. A
 * further signal ends it at once.
 */
export class Shutdown {
  private stop: Stop | undefined;
  private exitCode: number | undefined;
  private firstSignal: number | undefined;

  /** @param deadlineMs the time that the stop may take before the process ends anyway */
  constructor(
    private readonly logger: Logger,
    private readonly deadlineMs: number,
  ) {}

  /** Watches for errors outside of any request, after which the state of the process can no longer be trusted. */
  watchErrors(): this {
    const end = (error: unknown, origin: string): void => {
      if (this.exitCode !== 1) this.logger.fatal({ err: errorFields(error), origin }, UNCAUGHT);
      this.begin(1, UNCAUGHT);
    };
    process.on('uncaughtException', (error) => end(error, 'uncaughtException'));
    process.on('unhandledRejection', (reason) => end(reason, 'unhandledRejection'));
    return this;
  }

  /**
   * Watches for SIGTERM, which orchestrators send, and SIGINT, which a terminal sends. The first process of a container
   * would ignore them otherwise. Before there is something to stop they end the process at once, with the usual code.
   */
  watchSignals(): this {
    const onSignal = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      if (this.firstSignal !== undefined) {
        if (now - this.firstSignal > SAME_SIGNAL_MS) process.exit(1);
        return;
      }
      this.firstSignal = now;
      if (this.stop === undefined) {
        this.logger.info(`${signal}: ended before the start was over`);
        process.exit(128 + constants.signals[signal]);
      }
      const reason = `${signal}: draining`;
      this.logger.info(`not ready: ${reason}`);
      this.begin(0, reason, signal === 'SIGINT');
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
    return this;
  }

  /** Sets how to stop. Until then there is nothing to stop, and an error ends the process at once. */
  stopBy(stop: Stop): void {
    this.stop = stop;
  }

  private begin(exitCode: number, reason: string, isInterrupted = false): void {
    const begun = this.exitCode !== undefined;
    this.exitCode = Math.max(this.exitCode ?? 0, exitCode);
    if (begun) return;
    if (this.stop === undefined) process.exit(exitCode);
    setTimeout(() => process.exit(1), this.deadlineMs).unref();
    this.stop(isInterrupted, reason).then(
      () => {
        this.logger.info('stopped');
        process.exit(this.exitCode);
      },
      (error: unknown) => {
        this.logger.error({ err: errorFields(error) }, 'the stop was not clean');
        process.exit(1);
      },
    );
  }
}
