import { programVersions } from '../../common/program-versions.js';
import type { Configuration } from '../../config/configuration.js';
import type { Logger } from '../logger.js';
import { NoMetrics, type Metrics } from '../metrics/metrics.js';
import type { ProcessState } from './process-state.js';

/** Holds the metrics of a process and the port that serves them. */
export interface Operations {
  readonly metrics: Metrics;
  /** The URL of the port; undefined where none was asked for. */
  readonly url: string | undefined;
  readonly close: () => Promise<void>;
}

const NONE: Operations = { metrics: new NoMetrics(), url: undefined, close: () => Promise.resolve() };

const LONGEST_REASON = 500;

/**
 * Opens the port for operators if the configuration asks for one. Only then is the library for metrics loaded.
 * @throws StartupError when it cannot listen
 */
export async function openOperations(
  { metricsPort: port, metricsHost: host, nodeEnv }: Configuration,
  state: ProcessState,
  logger: Logger,
): Promise<Operations> {
  if (port === undefined) return NONE;
  const [{ PrometheusMetrics }, { OperationsServer }] = await Promise.all([
    import('../metrics/prometheus-metrics.js'),
    import('./operations-server.js'),
  ]);
  const metrics = new PrometheusMetrics();
  registerState(metrics, state, nodeEnv);
  logger.watchAlarms((alarm) => metrics.count('strongroom_alarms_total', { alarm }));
  const server = new OperationsServer(metrics, state, logger);
  const url = await server.listen({ host, port });
  logger.info(`metrics and health for operators: ${url}/metrics`);
  return { metrics, url, close: () => server.close() };
}

function registerState(metrics: Metrics, state: ProcessState, mode: string): void {
  metrics.register('strongroom_build_info', () => [{ labels: { ...programVersions(), mode }, value: 1 }]);
  metrics.register('strongroom_ready', async () => [
    { value: (await state.notReady()) === undefined ? 1 : 0 },
  ]);
  metrics.register('strongroom_not_ready_info', async () => {
    const reason = await state.notReady();
    return reason === undefined ? [] : [{ labels: { reason: reason.slice(0, LONGEST_REASON) }, value: 1 }];
  });
}
