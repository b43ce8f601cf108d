import type { DataSource, QueryRunner } from 'typeorm';
import { discardConnection, rollBack } from '../database/roll-back.js';
import type { Job, JobResult } from './job.js';

export interface JobSignals {
  /** Asks the job to end. */
  readonly stop: AbortSignal;
  /** Ends the run's connection without waiting for the job. */
  readonly cutOff: AbortSignal;
}

/**
 * Runs a job once, in a transaction that holds the job's lock. The connection is taken from the pool for the run only.
 * @returns `skipped` where another session holds the lock, or the stop came before the run
 * @throws what the job or the driver throws, once nothing of the run remains; the reason of `cutOff` when that aborts
 */
export async function runInJobTransaction(
  dataSource: DataSource,
  job: Job,
  { stop, cutOff }: JobSignals,
): Promise<JobResult | 'skipped'> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.connect();
    try {
      return await Promise.race([perform(runner, job, stop), rejectionOn(cutOff)]);
    } catch (error) {
      await (cutOff.aborted ? discardConnection(runner) : rollBack(runner, error));
      throw error;
    }
  } finally {
    await runner.release();
  }
}

async function perform(runner: QueryRunner, job: Job, stop: AbortSignal): Promise<JobResult | 'skipped'> {
  if (stop.aborted) return 'skipped';
  await runner.startTransaction();
  const result = (await takesLock(runner, job)) ? await job.run(runner.manager, stop) : 'skipped';
  await runner.commitTransaction();
  return result;
}

/** The end of the transaction releases the lock, whichever way it ends. */
async function takesLock(runner: QueryRunner, { name }: Job): Promise<boolean> {
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
