import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { Configuration } from '../../config/configuration.js';
import { Logger } from '../../observability/logger.js';
import { Metrics, type Sample } from '../../observability/metrics/metrics.js';
import { configuredSinks } from './configured-sinks.js';
import { SinkDelivery, type SinkState } from './sink-delivery.js';
import { SinksRepository } from './sinks.repository.js';

/** Delivers to each configured sink on its own, so that one that is slow holds up neither the others nor the jobs. */
@Injectable()
export class SinkDeliveries implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly deliveries: readonly SinkDelivery[];

  constructor(
    @Inject(Configuration) configuration: Configuration,
    @Inject(SinksRepository) repository: SinksRepository,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Logger) logger: Logger,
  ) {
    const { auditSinkWaitDays } = configuration;
    this.deliveries = configuredSinks(configuration).map(
      (sink) => new SinkDelivery(sink, repository, logger, auditSinkWaitDays),
    );
  }

  onModuleInit(): void {
    const each = (value: (state: SinkState) => number | undefined) => (): readonly Sample[] =>
      this.deliveries.flatMap(({ sink: { name: sink }, state }) => {
        const read = value(state);
        return read === undefined ? [] : [{ labels: { sink }, value: read }];
      });
    const waiting = each(({ waiting }) => waiting?.seconds);
    this.metrics.register('strongroom_audit_sink_waiting_seconds', waiting);
    const batches = each(({ waiting }) => waiting?.batches);
    this.metrics.register('strongroom_audit_sink_waiting_batches', batches);
    const delivered = each((state) => state.delivered);
    this.metrics.register('strongroom_audit_sink_events_total', delivered);
    const failures = each((state) => state.failures);
    this.metrics.register('strongroom_audit_sink_failures_total', failures);
  }

  onApplicationBootstrap(): void {
    for (const delivery of this.deliveries) delivery.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.deliveries.map((delivery) => delivery.stop()));
  }
}
