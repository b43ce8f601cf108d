import type { QueryRunner } from 'typeorm';
import type { Lanes } from '../database/lanes.js';
import { discardConnection, rollBack } from '../database/roll-back.js';
import type { Job, JobResult } from './job.js';

export interface JobSignals {
  /** Asks the job to stop. */
  readonly stop: AbortSignal;
  /** Closes the run's connection without waiting for the job. */
  readonly cutOff: AbortSignal;
}

/**
 * Runs a job once, in a transaction that holds the job's lock, unless it says that nothing is due. The connection is returned
 * to the pool after the run.
 * @returns `skipped` when another session holds the lock, or the job was asked to stop before the run
 * @throws the error of the job or the driver, once the run has left nothing behind; the reason of `cutOff` when that
 *   aborts
 */
export function runInJobTransaction(
  lanes: Lanes,
  job: Job,
  { stop, cutOff }: JobSignals,
): Promise<JobResult | 'skipped'> {
  return lanes.withRunner('jobs', undefined, async (runner) => {
    try {
      return await Promise.race([perform(runner, job, stop), rejectionOn(cutOff)]);
    } catch (error) {
      await (cutOff.aborted ? discardConnection(runner) : rollBack(runner, error));
      throw error;
    }
  });
}

async function perform(runner: QueryRunner, job: Job, stop: AbortSignal): Promise<JobResult | 'skipped'> {
  if (stop.aborted) return 'skipped';
  if (job.isDue !== undefined && !(await job.isDue(runner.manager))) return 'done';
  await runner.startTransaction();
  const result = (await tryLock(runner, job)) ? await job.run(runner.manager, stop) : 'skipped';
  await runner.commitTransaction();
  return result;
}

/** Takes the job's lock if it is free. The end of the transaction releases it. */
async function tryLock(runner: QueryRunner, { name }: Job): Promise<boolean> {
  const rows = (await runner.query('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked', [
    `strongroom job ${name}`,
  ])) as { locked: boolean }[];
  return rows[0]?.locked === true;
}

function rejectionOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
