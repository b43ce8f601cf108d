import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Job, JobResult } from '../../jobs/job.js';
import { SealingWatch } from './sealing-watch.js';
import { Sealer } from './sealer.js';

/** Seals the audit trail: what was recorded is proved about a second later. */
@Injectable()
export class AuditSealerJob implements Job {
  readonly name = 'audit sealer';
  readonly intervalMilliseconds = 1_000;

  constructor(
    @Inject(Sealer) private readonly sealer: Sealer,
    @Inject(SealingWatch) private readonly watch: SealingWatch,
  ) {}

  async isDue(manager: EntityManager): Promise<boolean> {
    return this.watch.isDue || (await this.sealer.isDue(manager));
  }

  async run(manager: EntityManager): Promise<JobResult> {
    await this.watch.look(manager);
    return (await this.sealer.sealSome(manager)) ? 'more' : 'done';
  }
}
