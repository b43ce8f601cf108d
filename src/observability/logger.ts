import type { LoggerService } from '@nestjs/common';
import {
  destination,
  pino,
  stdTimeFunctions,
  type DestinationStream,
  type Level,
  type Logger as Pino,
} from 'pino';

type Fields = Record<string, unknown>;

/** One JSON line an entry, on standard error. Callers pass fields that are safe to show; errors through `errorFields`. */
export class Logger implements LoggerService {
  constructor(private readonly pino: Pino) {}

  /** Whether entries of that level are written at all. */
  writes(level: Level): boolean {
    return this.pino.isLevelEnabled(level);
  }

  fatal(entry: unknown, message?: unknown): void {
    this.write('fatal', entry, message);
  }

  error(entry: unknown, message?: unknown): void {
    this.write('error', entry, message);
  }

  warn(entry: unknown, message?: unknown): void {
    this.write('warn', entry, message);
  }

  info(entry: unknown, message?: unknown): void {
    this.write('info', entry, message);
  }

  debug(entry: unknown, message?: unknown): void {
    this.write('debug', entry, message);
  }

  /** What Nest says of itself is of interest when something is looked for. */
  log(entry: unknown, context?: unknown): void {
    this.write('debug', entry, context);
  }

  verbose(entry: unknown, context?: unknown): void {
    this.write('trace', entry, context);
  }

  private write(level: Level, entry: unknown, second: unknown): void {
    if (typeof entry === 'object' && entry !== null && !(entry instanceof Error)) {
      this.pino[level](entry as Fields, typeof second === 'string' ? second : undefined);
    } else {
      const context = typeof second === 'string' && second.length < 100 ? { context: second } : {};
      this.pino[level](context, entry instanceof Error ? entry.constructor.name : String(entry));
    }
  }
}

const REDACTED = [
  'authorization',
  'Authorization',
  'password',
  'value',
  'headers.authorization',
  '*.password',
  '*.value',
];

export function createLogger(
  level: string,
  stream: DestinationStream = destination({ dest: 2, sync: true }),
): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[sealed]' },
  };
  return new Logger(pino(options, stream));
}
