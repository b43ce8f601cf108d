import type { Logger } from '../../observability/logger.js';
import type { DatabaseHealth, DatabaseState } from './database-health.js';

/**
 * Logs each change of the database's state: one line when it is lost or unusable, one for each further reason why, and
 * one when it is back.
 */
export function logReadiness(health: DatabaseHealth, logger: Logger): void {
  let since: number | undefined;
  // Reasons may take turns, at each address of a host for instance.
  const told = new Set<string>();
  health.listen((state) => {
    if (state.kind === 'ready') {
      const seconds = since === undefined ? 0 : Math.round((performance.now() - since) / 100) / 10;
      since = undefined;
      told.clear();
      logger.warn(
        { notReadySeconds: seconds },
        `ready: the database can serve requests again, after ${seconds} s`,
      );
      return;
    }
    since ??= performance.now();
    const line = notReady(state);
    if (told.has(line)) return;
    told.add(line);
    logger.error(line);
  });
}

function notReady({ kind, problem, reason }: Exclude<DatabaseState, { kind: 'ready' }>): string {
  if (kind === 'unusable') return `not ready: ${problem}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `not ready: ${problem}${why}; requests are refused until it does`;
}
