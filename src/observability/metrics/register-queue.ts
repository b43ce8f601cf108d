import type { GateGauge } from '../../common/turns/fair-gate.js';
import type { Metrics } from './metrics.js';

/** Registers the metrics of a queue that is no lane. */
export function registerQueue(metrics: Metrics, queue: string, read: () => GateGauge): void {
  const labels = { queue };
  metrics.register('strongroom_queue_running', () => [{ labels, value: read().running }]);
  registerWaiting(metrics, queue, read);
}

/** Registers the metrics of a queue for places that are not counted one by one. */
export function registerWaiting(metrics: Metrics, queue: string, read: () => GateGauge): void {
  const labels = { queue };
  metrics.register('strongroom_queue_waiting', () => [{ labels, value: read().waiting }]);
  metrics.register('strongroom_queue_admitted_total', () => [{ labels, value: read().admitted }]);
  metrics.register('strongroom_queue_wait_seconds_total', () => [{ labels, value: read().waitedSeconds }]);
  metrics.register('strongroom_queue_refused_total', () =>
    Object.entries(read().refused).map(([reason, value]) => ({ labels: { queue, reason }, value })),
  );
}
