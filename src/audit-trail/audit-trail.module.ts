import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { AuditPartitions } from '../audit/audit-partitions.js';
import { JobRunner } from '../jobs/job-runner.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { AuditPartitionsJob } from './audit-partitions.job.js';
import { AuditPruningJob } from './pruning/audit-pruning.job.js';
import { LogPruner } from './pruning/log-pruner.js';
import { PruningRepository } from './pruning/pruning.repository.js';
import { AuditController } from './reading/audit.controller.js';
import { AuditEventsRepository } from './reading/audit-events.repository.js';
import { AuditReader } from './reading/audit-reader.service.js';
import { AuditBackfillJob } from './sealing/audit-backfill.job.js';
import { AuditCheckpointsJob } from './sealing/audit-checkpoints.job.js';
import { AuditHeadsJob } from './sealing/audit-heads.job.js';
import { AuditSealerJob } from './sealing/audit-sealer.job.js';
import { HeadsRepository } from './sealing/heads.repository.js';
import { SealingJobs } from './sealing/sealing-jobs.js';
import { SealingMetrics } from './sealing/sealing-metrics.js';
import { SealingModule } from './sealing/sealing.module.js';
import { SealingWatch } from './sealing/sealing-watch.js';
import { AuditExportController } from './exporting/audit-export.controller.js';
import { AuditExport } from './exporting/audit-export.service.js';
import { ExportAnswers } from './exporting/export-answers.js';
import { LogLines } from './exporting/log-lines.js';
import { TableLines } from './exporting/table-lines.js';
import { AllProofsController } from './proving/all-proofs.controller.js';
import { Checkpoints } from './proving/checkpoints.service.js';
import { ProofsController } from './proving/proofs.controller.js';
import { ProofsRepository } from './proving/proofs.repository.js';
import { Prover } from './proving/prover.service.js';
import { ScopedReading } from './reading/scoped-reading.js';
import { LogTreesRepository } from './trees/log-trees.repository.js';
import { AuditSinksJob } from './sinks/audit-sinks.job.js';
import { SinkDeliveries } from './sinks/sink-deliveries.js';
import { SinksRepository } from './sinks/sinks.repository.js';

/** Serves the audit trail, and registers the jobs that maintain it in the background. */
@Module({
  imports: [JobsModule, SealingModule, TenantsModule],
  controllers: [AuditController, AuditExportController, ProofsController, AllProofsController],
  providers: [
    AuditPartitions,
    AuditPartitionsJob,
    AuditEventsRepository,
    AuditExport,
    AuditReader,
    AuditBackfillJob,
    AuditCheckpointsJob,
    AuditHeadsJob,
    AuditSealerJob,
    HeadsRepository,
    SealingJobs,
    SealingMetrics,
    SealingWatch,
    AuditPruningJob,
    LogPruner,
    PruningRepository,
    Checkpoints,
    ExportAnswers,
    LogLines,
    LogTreesRepository,
    ProofsRepository,
    Prover,
    ScopedReading,
    TableLines,
    AuditSinksJob,
    SinkDeliveries,
    SinksRepository,
  ],
})
export class AuditTrailModule implements OnModuleInit {
  constructor(
    @Inject(JobRunner) private readonly jobs: JobRunner,
    @Inject(AuditPartitionsJob) private readonly partitions: AuditPartitionsJob,
    @Inject(AuditPruningJob) private readonly pruning: AuditPruningJob,
    @Inject(AuditSinksJob) private readonly sinks: AuditSinksJob,
  ) {}

  onModuleInit(): void {
    for (const job of [this.partitions, this.pruning, this.sinks]) this.jobs.register(job);
  }
}
