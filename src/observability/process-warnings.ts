import type { Logger } from './logger.js';

/**
 * Takes the warnings of Node.js and of libraries from the moment this module is imported, which is the first thing that
 * the service does: Node.js would print them in lines that are no JSON. They are kept until there is a logger.
 */
const early: Error[] = [];
let write = (warning: Error): void => void early.push(warning);
process.removeAllListeners('warning').on('warning', (warning: Error) => write(warning));

/** Logs the warnings of the process at `warn`, those before the call too. */
export function logWarnings(logger: Logger): void {
  write = ({ name, message, code }: NodeJS.ErrnoException) =>
    logger.warn(
      { warning: name, ...(code !== undefined && { code }) },
      // The logger takes a text of several lines for a stack.
      message.replaceAll(/\s*\n\s*/g, ' '),
    );
  for (const warning of early.splice(0)) write(warning);
}
