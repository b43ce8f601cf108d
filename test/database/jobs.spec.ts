import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runInJobTransaction } from '../../src/jobs/job-transaction.js';
import type { Job, JobResult } from '../../src/jobs/job.js';
import { gate, JobRunners, jobOf } from '../support/job-runners.js';
import { lanesOf } from '../support/lanes.js';
import { until } from '../support/until.js';

let jobs: JobRunners;
beforeAll(async () => {
  jobs = await JobRunners.open();
});
afterAll(() => jobs.close());
beforeEach(() => jobs.reset());
afterEach(() => jobs.stop());

const NEVER = { stop: new AbortController().signal, cutOff: new AbortController().signal };

describe('the lock of a job', () => {
  it('lets one session run the job, the other skip it, and does not bind other jobs', async () => {
    const blocker = gate();
    const begun = gate();
    const holding = jobOf('one', async () => {
      begun.open();
      await blocker.passed;
      return 'done';
    });
    const quick = (name: string) => jobOf(name, () => Promise.resolve('done'));
    const first = runInJobTransaction(lanesOf(jobs.dataSources[0]), holding, NEVER);
    await begun.passed;
    expect(await runInJobTransaction(lanesOf(jobs.dataSources[1]), quick('one'), NEVER)).toBe('skipped');
    expect(await runInJobTransaction(lanesOf(jobs.dataSources[1]), quick('two'), NEVER)).toBe('done');
    blocker.open();
    expect(await first).toBe('done');
    expect(await runInJobTransaction(lanesOf(jobs.dataSources[1]), quick('one'), NEVER)).toBe('done');
  });

  it('is free after a failed run, of which nothing remains', async () => {
    const failing = jobOf('one', async (manager) => {
      await jobs.insert(manager, 'failed');
      throw new Error('not today');
    });
    await expect(runInJobTransaction(lanesOf(jobs.dataSources[0]), failing, NEVER)).rejects.toThrow(
      'not today',
    );
    expect([await jobs.advisoryLocks(), await jobs.inserted()]).toEqual([0, []]);
    const succeeding = jobOf('one', async (manager) => {
      await jobs.insert(manager, 'succeeded');
      return 'done';
    });
    expect(await runInJobTransaction(lanesOf(jobs.dataSources[1]), succeeding, NEVER)).toBe('done');
    expect(await jobs.inserted()).toEqual(['succeeded']);
  });

  it('is free after a run whose connection the server ended', async () => {
    const killed = jobOf('one', async (manager) => {
      await manager.query('SELECT pg_terminate_backend(pg_backend_pid())');
      return 'done';
    });
    await expect(runInJobTransaction(lanesOf(jobs.dataSources[0]), killed, NEVER)).rejects.toThrow();
    await until(async () => (await jobs.advisoryLocks()) === 0);
    const next = jobOf('one', () => Promise.resolve('done'));
    expect(await runInJobTransaction(lanesOf(jobs.dataSources[0]), next, NEVER)).toBe('done');
  });
});

describe('two runners on one database', () => {
  it('never run a job at the same moment, and both run it', async () => {
    const runs = [0, 0];
    let active = 0;
    let most = 0;
    const counted = (index: number) =>
      jobOf('one', async (manager) => {
        active += 1;
        most = Math.max(most, active);
        await manager.query('SELECT pg_sleep(0.01)');
        runs[index]! += 1;
        active -= 1;
        return 'done';
      });
    jobs.start(0, counted(0));
    jobs.start(1, counted(1));
    await until(() => runs.every((count) => count >= 10));
    expect(most).toBe(1);
    expect(jobs.loggedAt('error')).toEqual([]);
  });

  it('take over from each other', async () => {
    const runs = [0, 0];
    const counted = (index: number) =>
      jobOf('one', () => {
        runs[index]! += 1;
        return Promise.resolve('done');
      });
    jobs.start(0, counted(0));
    jobs.start(1, counted(1));
    await until(() => runs[0]! > 0);
    await jobs.runner(0).stop();
    const [stopped, other] = [...runs];
    await until(() => runs[1]! > other! + 5);
    expect(runs[0]).toBe(stopped);
  });
});

describe('a runner', () => {
  it('runs one job after the other, on one connection', async () => {
    let active = 0;
    let most = 0;
    const names: string[] = [];
    const counted = (name: string) =>
      jobOf(name, async (manager) => {
        active += 1;
        most = Math.max(most, active, jobs.heldConnections(0));
        await manager.query('SELECT pg_sleep(0.01)');
        names.push(name);
        active -= 1;
        return 'done';
      });
    jobs.start(0, counted('one'), counted('two'), counted('three'));
    await until(() => ['one', 'two', 'three'].every((name) => names.filter((n) => n === name).length >= 5));
    expect(most).toBe(1);
  });

  it('holds no connection, transaction or lock between runs', async () => {
    let runs = 0;
    jobs.start(
      0,
      jobOf(
        'one',
        async () => {
          expect([await jobs.transactions(), await jobs.advisoryLocks()]).toEqual([1, 1]);
          runs += 1;
          return 'done';
        },
        200,
      ),
    );
    await until(() => runs > 0);
    await until(async () => (await jobs.transactions()) === 0 && (await jobs.advisoryLocks()) === 0);
    await until(() => jobs.heldConnections(0) === 0);
    await until(() => runs > 1);
    expect(jobs.loggedAt('error')).toEqual([]);
  });

  it('logs each failure once, without values, and tries again', async () => {
    let runs = 0;
    jobs.start(
      0,
      jobOf('fragile', async (manager) => {
        runs += 1;
        if (runs <= 2) await manager.query('SELECT $1::text::integer', ['swordfish-x9']);
        return 'done';
      }),
    );
    await until(() => runs > 4);
    const failure = { job: 'fragile', err: { type: 'QueryFailedError', code: '22P02' } };
    expect(jobs.loggedAt('error')).toMatchObject([failure, failure]);
    expect(jobs.logged).not.toContain('swordfish');
  });

  it('repeats a job at once that asks for it, in transactions of their own and in turns with others', async () => {
    const order: string[] = [];
    const transactions = new Set<string>();
    let first = true;
    const batches: Job = {
      name: 'batches',
      /**
       * Returns a short interval only for the first run; all later runs of this test are those that the job requests.
       */
      get intervalMilliseconds() {
        const interval = first ? 20 : 3_600_000;
        first = false;
        return interval;
      },
      run: async (manager): Promise<JobResult> => {
        const [row] = await manager.query<{ id: string }[]>('SELECT pg_current_xact_id()::text AS id');
        transactions.add(row!.id);
        order.push('batch');
        return order.filter((name) => name === 'other').length < 3 || transactions.size < 5 ? 'more' : 'done';
      },
    };
    const other = jobOf('other', () => {
      order.push('other');
      return Promise.resolve('done');
    });
    jobs.start(0, batches, other);
    await until(() => transactions.size >= 5 && order.filter((name) => name === 'other').length > 6);
    expect(order.filter((name) => name === 'batch').length).toBe(transactions.size);
  });

  it('refuses two jobs of one name, and a job that comes after the start', () => {
    const one = jobOf('one', () => Promise.resolve('done'));
    jobs.start(0, one);
    jobs.runner(1).register(one);
    expect(() => jobs.runner(1).register(one)).toThrow('Two jobs are named one');
    expect(() => jobs.runner(0).register(one)).toThrow('The job one was registered after the start');
  });
});
