import { CommandError } from '../command-error.js';
import type { Terminal } from '../terminal.js';

/**
 * Asks before something that cannot be undone, unless `--yes` answers.
 * @throws CommandError unless the answer is yes
 */
export async function requireConfirmation(
  io: Terminal,
  question: string,
  { yes }: { readonly yes?: true },
): Promise<void> {
  if (yes === true || (await io.confirm(question))) return;
  throw new CommandError('Nothing was done');
}
