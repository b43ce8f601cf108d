import { DomainError } from '../../common/domain-error.js';
import { StartupError } from '../../common/startup-error.js';
import { explainedServerError } from '../../database/connection/connection-problem.js';
import { startProblem } from '../../database/upgrade/start-problem.js';

/** Returns in one line why a check failed. */
export function reasonOf(thrown: unknown): string {
  const error = startProblem(thrown);
  if (error instanceof StartupError) return error.message;
  const cause = explainedServerError(error instanceof DomainError ? error.cause : error);
  if (cause !== undefined) return cause;
  return `unexpected failure (${error instanceof Error ? error.name : typeof error})`;
}
