import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Drain } from '../../api/http/drain.js';
import { ReadinessModule } from '../../api/http/readiness.module.js';
import { AuthModule } from '../../auth/auth.module.js';
import { JobRunner } from '../../jobs/job-runner.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { Metrics } from '../../observability/metrics/metrics.js';
import { ChangeCursors } from './change-cursors.js';
import { ChangeFeedLimits } from './change-feed-limits.js';
import { ChangeFeedJob } from './change-feed-job.js';
import { ChangePoller } from './change-poller.js';
import { SecretChangesController } from './secret-changes.controller.js';
import { SecretChangesRepository } from './secret-changes.repository.js';
import { ChangeFeed } from './change-feed.service.js';

/** Lets callers follow the changes of secrets. */
@Module({
  imports: [AuthModule, JobsModule, ReadinessModule],
  controllers: [SecretChangesController],
  providers: [
    ChangeFeed,
    SecretChangesRepository,
    ChangePoller,
    ChangeCursors,
    ChangeFeedLimits,
    ChangeFeedJob,
  ],
})
export class SecretChangesModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(ChangeFeedJob) private readonly job: ChangeFeedJob,
    @Inject(Drain) private readonly drain: Drain,
    @Inject(ChangePoller) private readonly poller: ChangePoller,
    @Inject(ChangeFeed) private readonly changes: ChangeFeed,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.job);
    this.drain.onStop(() => this.poller.end());
    this.metrics.register('strongroom_change_waiters', () => [{ value: this.changes.waiting.size }]);
  }
}
