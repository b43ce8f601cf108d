import { logWarnings } from './observability/process-warnings.js';
import 'reflect-metadata';
import { StartupError } from './common/startup-error.js';
import { configurationWarnings } from './config/unsafe-combinations.js';
import { loadConfiguration } from './config/load-configuration.js';
import { explainedServerError } from './database/connection/connection-problem.js';
import { openInstallation } from './bootstrap/installation.js';
import { outliveReaders } from './observability/closed-output.js';
import { errorFields } from './observability/error-fields.js';
import { createLogger } from './observability/logger.js';
import { Shutdown } from './bootstrap/shutdown.js';
import { startHttpServer } from './http-server.js';
import { firstStartNotice, welcome } from './bootstrap/startup-messages.js';

/** Limits how long the shutdown may take after the drain before the process exits anyway. */
const STOP_DEADLINE_MS = 20_000;

async function run(): Promise<void> {
  outliveReaders();
  const configuration = loadConfiguration();
  const logger = createLogger(configuration.logLevel);
  logWarnings(logger);
  const shutdown = new Shutdown(logger, configuration.drainMilliseconds + STOP_DEADLINE_MS).watchErrors();
  for (const warning of configurationWarnings(configuration)) logger.warn(warning);
  const installation = await openInstallation(configuration, (line) => logger.info(line));
  for (const problem of installation.mended) logger.warn(`mended: ${problem}`);
  // Printed before anything else can fail, since a generated password is shown only once.
  for (const line of firstStartNotice(installation)) process.stdout.write(`${line}\n`);
  const service = await startHttpServer(installation, logger).catch(async (error: unknown) => {
    await installation.close();
    throw error;
  });
  shutdown.stopBy(async (isInterrupted) => {
    await service.stop(isInterrupted);
    await installation.close();
  });
  shutdown.watchSignals();
  process.stdout.write(welcome(installation, service.url));
}

/**
 * Tells in one line why the service cannot start: in plain text to a terminal, else as a line of the log. An unforeseen
 * error may have any message, so its fields are logged instead.
 */
run().catch((error: unknown) => {
  const logger = createLogger('info');
  logWarnings(logger);
  const reason = error instanceof StartupError ? error.message : explainedServerError(error);
  if (reason === undefined) logger.fatal({ err: errorFields(error) }, 'Strongroom cannot start');
  else if (process.stderr.isTTY) process.stderr.write(`Strongroom cannot start: ${reason}\n`);
  else logger.fatal(`Strongroom cannot start: ${reason}`);
  process.exit(1);
});
