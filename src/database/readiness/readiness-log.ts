import type { Logger } from '../../observability/logger.js';
import type { DatabaseHealth } from './database-health.js';
import { notReadySentence } from './database-problem.js';

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
    const sentence = notReadySentence(state);
    if (told.has(sentence)) return;
    told.add(sentence);
    logger.error(`not ready: ${sentence}`);
  });
}
