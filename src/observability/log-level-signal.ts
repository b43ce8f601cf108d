import type { Logger } from './logger.js';

/**
 * Changes the level of the log on SIGUSR2: to `debug`, or to `trace` where it is `debug`, and at the next signal back to
 * the configured one. SIGUSR1 belongs to Node's debugger.
 */
export function changeLevelBySignal(logger: Logger): void {
  const configured = logger.level;
  const raised = configured === 'debug' || configured === 'trace' ? 'trace' : 'debug';
  process.on('SIGUSR2', () => {
    if (raised === configured) {
      logger.info(`SIGUSR2: the level of the log is ${raised} already`);
      return;
    }
    const isRaised = logger.level !== configured;
    // The line is written at the more talkative of the two levels, so that it appears in any case.
    if (!isRaised) logger.level = raised;
    logger.info(
      isRaised
        ? `SIGUSR2: the level of the log is ${configured} again`
        : `SIGUSR2: the level of the log is ${raised}; another SIGUSR2 sets it back to ${configured}`,
    );
    if (isRaised) logger.level = configured;
  });
}
