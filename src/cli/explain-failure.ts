import { commandName } from '../common/command-name.js';
import { DomainError } from '../common/domain-error.js';
import { NotFound, Unavailable } from '../common/errors.js';
import { StartupError } from '../common/startup-error.js';
import { explainedServerError } from '../database/connection/connection-problem.js';
import { CommandError } from './command-error.js';
import type { Exit } from './exit-codes.js';

/**
 * Returns one line that explains an error, and how the command ends. An unknown error may hold anything, so it is not
 * shown.
 */
export function explain(error: unknown): { readonly exit: Exit; readonly line: string } {
  if (error instanceof CommandError) return { exit: error.exit, line: error.message };
  if (error instanceof NotFound) return { exit: 'notFound', line: error.message };
  if (error instanceof Unavailable) return { exit: 'unavailable', line: error.message };
  if (error instanceof DomainError || error instanceof StartupError)
    return { exit: 'failed', line: error.message };
  const cause = explainedServerError(error);
  if (cause !== undefined) return { exit: 'unavailable', line: `The database: ${cause}` };
  const name = error instanceof Error ? error.name : typeof error;
  return {
    exit: 'failed',
    line: `Unexpected failure (${name}); \`${commandName()} doctor\` may say more`,
  };
}
