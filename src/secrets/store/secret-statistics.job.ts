import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../../database/named-query.js';
import type { Job, JobResult } from '../../jobs/job.js';

/** Gives the planner statistics of the secrets of a new or restored database, within seconds of its first secrets. */
@Injectable()
export class SecretStatisticsJob implements Job {
  readonly name = 'secret statistics';
  readonly intervalMilliseconds = 10_000;

  async run(manager: EntityManager): Promise<JobResult> {
    const text = 'SELECT refresh_secret_statistics()';
    await namedQueryIn(manager, { name: 'refresh_secret_statistics', text, values: [] });
    return 'done';
  }
}
