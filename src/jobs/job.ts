import type { EntityManager } from 'typeorm';

/** `more` asks for another run at once, in a transaction of its own: for work that goes in batches. */
export type JobResult = 'done' | 'more';

/** Work in the background that is repeated for as long as the service runs, on one replica at a time. */
export interface Job {
  /** Appears in the log and decides which lock the job takes: unique, and never changed while replicas may differ. */
  readonly name: string;
  /** Time between the end of one run and the next, give or take a tenth. */
  readonly intervalMilliseconds: number;
  /**
   * Does one batch of the work. The transaction of `manager` is committed afterwards, and rolled back where this
   * throws. When `signal` aborts the service is stopping: return or throw soon, or the connection is ended.
   */
  run(manager: EntityManager, signal: AbortSignal): Promise<JobResult>;
}
