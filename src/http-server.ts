import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Drain } from './api/http/drain.js';
import { createHttpAdapter } from './api/http/http-adapter.js';
import { Readiness } from './api/http/readiness.js';
import { setUpApi } from './api/set-up-api.js';
import { AppModule } from './app.module.js';
import { localUrl } from './common/local-url.js';
import { CertificateWatch } from './api/http/server/certificate-watch.js';
import { certificateFilesOf } from './api/http/server/served-certificate.js';
import { programVersions } from './common/program-versions.js';
import { StartupError } from './common/startup-error.js';
import type { Configuration } from './config/configuration.js';
import { logReadiness } from './database/readiness/readiness-log.js';
import { startReport } from './bootstrap/start-report.js';
import type { Installation } from './bootstrap/installation.js';
import type { Logger } from './observability/logger.js';
import { NoMetrics, type Metrics } from './observability/metrics/metrics.js';
import type { Started } from './observability/operations/process-state.js';

/** Limits how long requests may still run after the drain before they are cut off. */
const STOP_DEADLINE_MS = 10_000;

/** Limits the drain when a person waits for its end: just long enough for requests that are already arriving. */
const HASTY_DRAIN_MS = 200;

/** Sets how long connections that have not sent a request yet are waited for, and how long when a person waits. */
const QUIET_MS = 1_000;
const HASTY_QUIET_MS = 50;

/** Represents a running service. */
export interface Service {
  /** The URL that it listens on, such as http://127.0.0.1:8080 or https://127.0.0.1:8443. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Tells operators how the service is. */
  readonly started: Started;
  /**
   * Drains and closes the server for that reason; the installation stays open. In haste, it does not wait for load
   * balancers.
   */
  readonly stop: (inHaste?: boolean, reason?: string) => Promise<void>;
}

/**
 * Starts the HTTP server of an installation.
 * @throws StartupError when it cannot listen on the port or serve the certificate, or a route declares no permission
 */
export async function startHttpServer(
  installation: Installation,
  logger: Logger,
  metrics: Metrics = new NoMetrics(),
): Promise<Service> {
  const { configuration } = installation;
  const certificate = await openCertificate(configuration, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of(installation, logger, metrics),
    createHttpAdapter({ ...configuration, certificate }, logger, metrics),
    { bodyParser: false, logger, abortOnError: false },
  );
  setUpApi(app, logger, configuration);
  metrics.register('strongroom_http_requests_in_progress', () => [{ value: app.get(Drain).requests }]);
  await listen(app, configuration);
  certificate?.start();
  logReadiness(installation.health, logger);
  const url = urlOf(app, configuration);
  // A database that fails just now is told by the line of readiness.
  const report = await startReport(installation).catch(() => programVersions());
  logger.info(report, `started: Strongroom listens on ${url}`);
  const { drainMilliseconds } = configuration;
  const stop: Service['stop'] = (inHaste = false, reason) => {
    certificate?.stop();
    const times = {
      waitMilliseconds: inHaste ? Math.min(HASTY_DRAIN_MS, drainMilliseconds) : drainMilliseconds,
      deadlineMilliseconds: STOP_DEADLINE_MS,
      quietMilliseconds: inHaste ? HASTY_QUIET_MS : QUIET_MS,
    };
    return app.get(Drain).stop(app, times, reason);
  };
  return { url, app, started: startedFrom(app, installation), stop };
}

function startedFrom(app: NestFastifyApplication, { health }: Installation): Started {
  const [readiness, drain] = [app.get(Readiness), app.get(Drain)];
  return {
    notReady: () => readiness.reason(),
    details: () => ({ database: health.state?.kind ?? 'not asked yet', requestsInProgress: drain.requests }),
  };
}

/** Returns the certificate to serve; undefined if none is configured. */
async function openCertificate(
  configuration: Configuration,
  logger: Logger,
): Promise<CertificateWatch | undefined> {
  const files = certificateFilesOf(configuration);
  return files && CertificateWatch.open(files, logger);
}

async function listen(app: NestFastifyApplication, { host, port }: Configuration): Promise<void> {
  try {
    await app.init();
    // Nest's own listen would log a failure a second time.
    await app.getHttpAdapter().getInstance().listen({ port, host });
  } catch (error) {
    await app.close();
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    const hint =
      code === 'EADDRINUSE' ? 'the port is taken; choose another by PORT' : `${code}; look at HOST and PORT`;
    throw new StartupError(`Cannot listen on ${host}, port ${port}: ${hint}`);
  }
}

function urlOf(app: NestFastifyApplication, { host, tlsCertificateFile }: Configuration): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return localUrl(host, port, tlsCertificateFile !== undefined);
}
