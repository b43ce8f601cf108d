import { setTimeout as sleep } from 'node:timers/promises';
import { Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Drain } from '../../src/api/http/drain.js';
import { JobRunner } from '../../src/jobs/job-runner.js';
import type { Job, JobResult } from '../../src/jobs/job.js';
import { JobsModule } from '../../src/jobs/jobs.module.js';
import { Metrics, NoMetrics } from '../../src/observability/metrics/metrics.js';
import { Lanes } from '../../src/database/lanes.js';
import { Logger } from '../../src/observability/logger.js';
import { lanesOf } from '../support/lanes.js';
import { gate, JobRunners, jobOf } from '../support/job-runners.js';
import { until } from '../support/until.js';

let jobs: JobRunners;
beforeAll(async () => {
  jobs = await JobRunners.open();
});
afterAll(() => jobs.close());
beforeEach(() => jobs.reset());
afterEach(() => jobs.stop());

describe('a stop', () => {
  it('tells the running job, waits for it, keeps what it did, and begins no further run', async () => {
    let runs = 0;
    const begun = gate();
    const slow = jobOf('slow', async (manager, signal) => {
      runs += 1;
      begun.open();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await manager.query('SELECT pg_sleep(0.05)');
      await jobs.insert(manager, 'kept');
      return 'more';
    });
    // Is due while the first one runs, so it is waiting when the stop begins.
    const due = jobOf('due', () => {
      runs += 1;
      return Promise.resolve('done');
    });
    jobs.start(0, slow, { ...due, intervalMilliseconds: 60 });
    await begun.passed;
    await sleep(120);
    await jobs.runner(0).stop();
    expect([runs, await jobs.inserted(), await jobs.transactions()]).toEqual([1, ['kept'], 0]);
    await sleep(100);
    expect(runs).toBe(1);
    expect(jobs.logged).toBe('');
  });

  it.each<[string, Job['run']]>([
    ['a statement that goes on', async (manager) => (await manager.query('SELECT pg_sleep(3)'), 'done')],
    ['a job that never returns', () => new Promise<JobResult>(() => undefined)],
  ])('ends the connection of %s after the timeout', async (name, run) => {
    const begun = gate();
    jobs.start(
      0,
      jobOf('deaf', async (manager, signal) => {
        await jobs.insert(manager, name);
        begun.open();
        return run(manager, signal);
      }),
    );
    await begun.passed;
    await jobs.runner(0).stop(20);
    expect(jobs.heldConnections(0)).toBe(0);
    expect(jobs.loggedAt('warn')).toMatchObject([{ job: 'deaf' }]);
    expect(jobs.loggedAt('error')).toEqual([]);
    expect(await jobs.inserted()).toEqual([]);
  });

  it('before the start lets no run begin, and can be repeated', async () => {
    let runs = 0;
    jobs.runner(0).register(jobOf('one', () => Promise.resolve((runs += 1) > 0 ? 'done' : 'more')));
    await jobs.runner(0).stop();
    await jobs.runner(0).stop();
    jobs.runner(0).onApplicationBootstrap();
    await sleep(100);
    expect(runs).toBe(0);
  });
});

describe('a service with jobs', () => {
  let runs: number;

  @Module({ imports: [JobsModule], providers: [Drain] })
  class Feature implements OnModuleInit {
    constructor(@Inject(JobRunner) private readonly jobRunner: JobRunner) {}

    onModuleInit(): void {
      this.jobRunner.register(
        jobOf('feature', () => {
          runs += 1;
          return Promise.resolve('done');
        }),
      );
    }
  }

  @Global()
  @Module({})
  class SharedParts {}

  async function serve(): Promise<NestFastifyApplication> {
    const providers = [
      { provide: Lanes, useValue: lanesOf(jobs.dataSources[0]) },
      { provide: Logger, useValue: jobs.logger },
      { provide: Metrics, useValue: new NoMetrics() },
    ];
    const parts = { module: SharedParts, providers, exports: providers };
    const app = await NestFactory.create<NestFastifyApplication>(
      { module: Feature, imports: [parts] },
      new FastifyAdapter(),
      { logger: false, abortOnError: false },
    );
    await app.listen(0, '127.0.0.1');
    return app;
  }

  it('runs them from its start until the drain is over, and stops them before the pool is closed', async () => {
    runs = 0;
    const app = await serve();
    await until(() => runs > 0);
    const stopped = app.get(Drain).stop(app, {
      waitMilliseconds: 500,
      deadlineMilliseconds: 5_000,
      quietMilliseconds: 50,
    });
    const before = runs;
    await until(() => runs > before);
    await stopped;
    const after = runs;
    expect([jobs.dataSources[0].isInitialized, jobs.heldConnections(0)]).toEqual([true, 0]);
    await sleep(100);
    expect(runs).toBe(after);
    expect(jobs.loggedAt('error')).toEqual([]);
  });
});
