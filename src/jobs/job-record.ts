import { machineTime } from '../common/clock.js';
import type { JobResult } from './job.js';

type RunResult = JobResult | 'skipped' | 'failed';

/** Remembers the runs of one job in this process. */
export class JobRecord {
  private readonly counts: Record<RunResult, number> = { done: 0, more: 0, skipped: 0, failed: 0 };
  private lastSuccess: { readonly at: number; readonly seconds: number } | undefined;

  /** Notes a run that ended without an error. `begun` is a time of `performance.now()`. */
  ended(result: Exclude<RunResult, 'failed'>, begun: number): void {
    this.counts[result] += 1;
    const at = performance.now();
    if (result !== 'skipped') this.lastSuccess = { at, seconds: (at - begun) / 1_000 };
  }

  failed(): void {
    this.counts.failed += 1;
  }

  get runs(): Readonly<Record<RunResult, number>> {
    return this.counts;
  }

  /** Returns how long the last successful run took, in seconds; 0 before there was one. */
  get seconds(): number {
    return this.lastSuccess?.seconds ?? 0;
  }

  /** Returns the Unix time of the last success in seconds, by the present clock of this machine; 0 before there was one. */
  get succeededAt(): number {
    if (this.lastSuccess === undefined) return 0;
    return (machineTime() - (performance.now() - this.lastSuccess.at)) / 1_000;
  }
}
