import type { EntityManager } from 'typeorm';

/** Reports the result of a run; `more` requests another run at once, in a new transaction, for work in batches. */
export type JobResult = 'done' | 'more';

/** Describes background work that is repeated while the service runs, on one replica at a time. */
export interface Job {
  /**
   * A unique name for the log and the job's lock. It must never change, since replicas of different versions share the
   * lock.
   */
  readonly name: string;
  /** The time between the end of one run and the next, plus or minus a tenth. */
  readonly intervalMilliseconds: number;
  /**
   * Tells, before a transaction begins, whether there may be something to do, so that a run with nothing to do costs one
   * statement or none. Left out where only a run can tell.
   */
  isDue?(manager: EntityManager): Promise<boolean>;
  /**
   * Does one batch of the work. The transaction of `manager` is committed afterwards, and rolled back if this throws.
   * When `signal` aborts, the service is stopping: return or throw soon, or the connection is closed.
   */
  run(manager: EntityManager, signal: AbortSignal): Promise<JobResult>;
}
