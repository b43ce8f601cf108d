import type { DatabaseHealth, DatabaseState } from './database-health.js';

const UNANSWERED = 'the database has not answered yet';

/** Returns one sentence that says why requests cannot be served, for the log, the probe of operators and a metric. */
export function notReadySentence({
  kind,
  problem,
  reason,
}: Exclude<DatabaseState, { kind: 'ready' }>): string {
  if (kind === 'unusable') return problem;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${problem}${why}; requests are refused until it does`;
}

/** Asks the database as `isReady` does, and returns that sentence; undefined if requests can be served. */
export async function databaseProblem(health: DatabaseHealth): Promise<string | undefined> {
  if (await health.isReady()) return undefined;
  const { state = { kind: 'ready' } } = health;
  return state.kind === 'ready' ? UNANSWERED : notReadySentence(state);
}
