import type { Exit } from './exit-codes.js';

/** Ends a command. The message is one line that says why and how to put it right; it holds no secret. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    readonly exit: Exit = 'failed',
  ) {
    super(message);
  }
}
