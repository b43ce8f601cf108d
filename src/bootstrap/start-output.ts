import type { Configuration } from '../config/configuration.js';
import type { Logger } from '../observability/logger.js';

/** Sets after which time a step of the start is told about. */
const SLOW_MS = 1_000;

/**
 * Tells how a start goes: on a terminal as plain text, elsewhere as lines of the log. What a person must learn from a
 * start (`show`) is plain text on standard output, but in production, where programs read both outputs, a line of the
 * log.
 */
export class StartOutput {
  private readonly isPlain: boolean;

  constructor(
    private readonly logger: Logger,
    { nodeEnv }: Pick<Configuration, 'nodeEnv'>,
    private readonly terminal: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stdout,
  ) {
    this.isPlain = nodeEnv !== 'production';
  }

  /** Says what happens, or has happened. */
  readonly say = (line: string): void => {
    if (this.isPlain && this.terminal.isTTY) this.terminal.write(`${line}\n`);
    else this.logger.info(line);
  };

  /** Shows text that a person needs; in production logs `line` instead, if there is one. */
  show(text: string, line?: string): void {
    if (this.isPlain) this.terminal.write(`${text}\n`);
    else if (line !== undefined) this.logger.info(line);
  }
}

/** Runs a step, and says what it is doing if it takes longer than a second. */
export async function step<T>(say: (line: string) => void, what: string, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => say(`${what} …`), SLOW_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
