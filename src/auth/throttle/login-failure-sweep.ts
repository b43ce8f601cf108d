import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../../database/named-query.js';
import type { Job, JobResult } from '../../jobs/job.js';

const BATCH_SIZE = 500;

/** Deletes the throttle's expired counters, and records how many guesses each of them refused. */
@Injectable()
export class LoginFailureSweep implements Job {
  readonly name = 'login failure sweep';
  readonly intervalMilliseconds = 60_000;

  async run(manager: EntityManager): Promise<JobResult> {
    const [row] = await namedQueryIn<{ deleted: number }>(manager, {
      name: 'sweep_login_failures',
      text: 'SELECT sweep_login_failures($1) AS deleted',
      values: [BATCH_SIZE],
    });
    return row?.deleted === BATCH_SIZE ? 'more' : 'done';
  }
}
