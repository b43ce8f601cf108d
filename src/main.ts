import 'reflect-metadata';
import { StartupError } from './common/startup-error.js';
import { configurationWarnings } from './config/unsafe-combinations.js';
import { loadConfiguration } from './config/load-configuration.js';
import { openInstallation } from './bootstrap/installation.js';
import { errorFields } from './observability/error-fields.js';
import { createLogger, type Logger } from './observability/logger.js';
import { startHttpServer } from './http-server.js';
import { firstStartNotice, welcome } from './bootstrap/startup-messages.js';

/** Limits how long the shutdown may take after the drain before the process exits anyway. */
const STOP_DEADLINE_MS = 20_000;

async function run(): Promise<void> {
  const configuration = loadConfiguration();
  const logger = createLogger(configuration.logLevel);
  for (const warning of configurationWarnings(configuration)) logger.warn(warning);
  const installation = await openInstallation(configuration, (line) => logger.info(line));
  // Printed before anything else can fail, since a generated password is shown only once.
  for (const line of firstStartNotice(installation)) process.stdout.write(`${line}\n`);
  const service = await startHttpServer(installation, logger).catch(async (error: unknown) => {
    await installation.close();
    throw error;
  });
  onStopSignal(configuration.drainMilliseconds + STOP_DEADLINE_MS, logger, async () => {
    await service.stop();
    await installation.close();
  });
  process.stdout.write(welcome(installation, service.url));
}

/** Ignores a repeated signal within this time: a terminal and npm both forward the same one. */
const SAME_SIGNAL_MS = 500;

/** Shuts down in order on the first signal, and exits at once on a further one. */
function onStopSignal(deadlineMs: number, logger: Logger, stop: () => Promise<void>): void {
  let first: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (first !== undefined) {
      if (Date.now() - first > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    first = Date.now();
    logger.info(`${signal}: draining`);
    setTimeout(() => process.exit(1), deadlineMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: errorFields(error) }, 'the stop was not clean');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

/** Prints one line for the operator. An unforeseen error may have any message, so its fields go to the log instead. */
run().catch((error: unknown) => {
  if (error instanceof StartupError) process.stderr.write(`Strongroom cannot start: ${error.message}\n`);
  else createLogger('info').fatal({ err: errorFields(error) }, 'Strongroom cannot start');
  process.exit(1);
});
