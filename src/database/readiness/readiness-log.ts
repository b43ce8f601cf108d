import type { Logger } from '../../observability/logger.js';
import type { DatabaseHealth, DatabaseState } from './database-health.js';

/** Logs each change of the database's state: one line when it is lost or unusable, one when it is back. */
export function logReadiness(health: DatabaseHealth, logger: Logger): void {
  let since: number | undefined;
  health.listen((state) => {
    if (state.kind === 'ready') {
      const seconds = since === undefined ? 0 : Math.round((performance.now() - since) / 100) / 10;
      since = undefined;
      logger.warn(
        { notReadySeconds: seconds },
        `ready: the database can serve requests again, after ${seconds} s`,
      );
      return;
    }
    since ??= performance.now();
    logger.error(notReady(state));
  });
}

function notReady({ kind, problem, reason }: Exclude<DatabaseState, { kind: 'ready' }>): string {
  if (kind === 'unusable') return `not ready: ${problem}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `not ready: ${problem}${why}; requests are refused until it does`;
}
