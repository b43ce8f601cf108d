import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics, type Sample } from '../../observability/metrics/metrics.js';
import { SealingWatch } from './sealing-watch.js';
import { Sealer } from './sealer.js';

/** Registers the metrics of sealing. */
@Injectable()
export class SealingMetrics implements OnModuleInit {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Sealer) private readonly sealer: Sealer,
    @Inject(SealingWatch) private readonly watch: SealingWatch,
  ) {}

  onModuleInit(): void {
    const total = (name: 'events' | 'checkpoints' | 'stopped') => (): Sample[] => [
      { value: this.sealer.totals[name] },
    ];
    this.metrics.register('strongroom_audit_sealed_events_total', total('events'));
    this.metrics.register('strongroom_audit_checkpoints_total', total('checkpoints'));
    this.metrics.register('strongroom_audit_stopped_logs', total('stopped'));
    const seen = (name: 'events' | 'oldestSeconds') => (): Sample[] => {
      const { backlog } = this.watch;
      return backlog === undefined ? [] : [{ value: backlog[name] }];
    };
    this.metrics.register('strongroom_audit_pending_events', seen('events'));
    this.metrics.register('strongroom_audit_pending_seconds', seen('oldestSeconds'));
  }
}
