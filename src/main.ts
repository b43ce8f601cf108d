import { logWarnings } from './observability/process-warnings.js';
import { certificateFilesOf, readCertificate } from './api/http/server/served-certificate.js';
import { programVersions } from './common/program-versions.js';
import { StartupError } from './common/startup-error.js';
import type { Configuration } from './config/configuration.js';
import { configurationWarnings } from './config/unsafe-combinations.js';
import { loadConfiguration } from './config/load-configuration.js';
import { outliveReaders } from './observability/closed-output.js';
import { errorFields } from './observability/error-fields.js';
import { changeLevelBySignal } from './observability/log-level-signal.js';
import { createLogger, type Logger } from './observability/logger.js';
import { openOperations } from './observability/operations/open-operations.js';
import { ProcessState } from './observability/operations/process-state.js';
import { startTracing } from './observability/tracing/start-tracing.js';
import { Shutdown } from './bootstrap/shutdown.js';
import { StartOutput, step } from './bootstrap/start-output.js';

/** Limits how long the shutdown may take after the drain before the process exits anyway. */
const STOP_DEADLINE_MS = 20_000;

async function run(): Promise<void> {
  outliveReaders();
  const configuration = loadConfiguration();
  const logger = createLogger(configuration.logLevel);
  logWarnings(logger);
  changeLevelBySignal(logger);
  const output = new StartOutput(logger, configuration);
  const shutdown = new Shutdown(logger, configuration.drainMilliseconds + STOP_DEADLINE_MS);
  shutdown.watchErrors().watchSignals();
  logger.info({ ...programVersions(), pid: process.pid }, 'Strongroom starts');
  for (const warning of configurationWarnings(configuration)) logger.warn(warning);
  await requireCertificate(configuration);
  const endTraces = await startTracing(logger);
  const state = new ProcessState();
  const operations = await openOperations(configuration, state, logger);
  const say = (line: string): void => {
    state.starting(line);
    output.say(line);
  };
  const { openInstallation, startHttpServer, firstStartNotice, welcome } = await loadService(say);
  const installation = await openInstallation(configuration, say, say);
  if (installation.loginWarning !== undefined) logger.warn(installation.loginWarning);
  for (const problem of installation.mended) logger.warn(`mended: ${problem}`);
  // Shown before anything else can fail, since a generated password is shown only once.
  const notice = firstStartNotice(installation);
  if (notice.length > 0) output.show(notice.join('\n'), 'the first administrator was created');
  const service = await step(say, 'starting the HTTP server', () =>
    startHttpServer(installation, logger, operations.metrics),
  ).catch(async (error: unknown) => {
    await installation.close();
    throw error;
  });
  state.started(service.started);
  shutdown.stopBy(async (isInterrupted, reason) => {
    await service.stop(isInterrupted, reason);
    await installation.close();
    await endTraces();
    await operations.close();
  });
  output.show(welcome(installation, service.url));
}

/** Verifies before anything changes that a configured certificate can be served. */
async function requireCertificate(configuration: Configuration): Promise<void> {
  const files = certificateFilesOf(configuration);
  if (files !== undefined) await readCertificate(files);
}

/** Loads the service only after the first word, since that takes most of a second. */
async function loadService(say: StartOutput['say']) {
  return step(say, 'loading the program', async () => {
    await import('reflect-metadata');
    const [{ openInstallation }, { startHttpServer }, { firstStartNotice, welcome }] = await Promise.all([
      import('./bootstrap/installation.js'),
      import('./http-server.js'),
      import('./bootstrap/startup-messages.js'),
    ]);
    return { openInstallation, startHttpServer, firstStartNotice, welcome };
  });
}

/**
 * Tells in one line why the service cannot start: in plain text to a terminal, else as a line of the log. An unforeseen
 * error may have any message, so its fields are logged instead.
 */
async function refuse(error: unknown, logger: Logger): Promise<void> {
  logWarnings(logger);
  const { explainedServerError } = await import('./database/connection/connection-problem.js');
  const reason = error instanceof StartupError ? error.message : explainedServerError(error);
  if (reason === undefined) logger.fatal({ err: errorFields(error) }, 'Strongroom cannot start');
  else if (process.stderr.isTTY) process.stderr.write(`Strongroom cannot start: ${reason}\n`);
  else logger.fatal(`Strongroom cannot start: ${reason}`);
}

run().catch(async (error: unknown) => {
  await refuse(error, createLogger('info'));
  process.exit(1);
});
