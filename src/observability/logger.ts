import type { LoggerService } from '@nestjs/common';
import {
  destination,
  pino,
  stdTimeFunctions,
  type DestinationStream,
  type Level,
  type Logger as Pino,
} from 'pino';
import { errorFields, isError } from './error-fields.js';
import { safeFields } from './safe-fields.js';

/**
 * One JSON line an entry, on standard error. An entry is a text, an error, or fields with a text after them. Fields
 * and errors lose what must not be logged; a text is written as it is, so it never holds a value.
 */
export class Logger implements LoggerService {
  constructor(private readonly pino: Pino) {}

  /** Whether entries of that level are written at all. */
  writes(level: Level): boolean {
    return this.pino.isLevelEnabled(level);
  }

  /** Written before this returns, whatever waits. */
  fatal(entry: unknown, ...rest: unknown[]): void {
    this.write('fatal', entry, rest);
  }

  error(entry: unknown, ...rest: unknown[]): void {
    this.write('error', entry, rest);
  }

  warn(entry: unknown, ...rest: unknown[]): void {
    this.write('warn', entry, rest);
  }

  info(entry: unknown, ...rest: unknown[]): void {
    this.write('info', entry, rest);
  }

  debug(entry: unknown, ...rest: unknown[]): void {
    this.write('debug', entry, rest);
  }

  /** What Nest says of itself is of interest when something is looked for. */
  log(entry: unknown, ...rest: unknown[]): void {
    this.write('debug', entry, rest);
  }

  verbose(entry: unknown, ...rest: unknown[]): void {
    this.write('trace', entry, rest);
  }

  /** Nest puts a context last, and before it perhaps a stack, which begins with a message that may hold anything. */
  private write(level: Level, entry: unknown, rest: readonly unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const last = rest.findLast((item): item is string => typeof item === 'string' && !item.includes('\n'));
    const context = last === undefined ? {} : { context: last };
    if (isError(entry)) this.pino[level]({ err: errorFields(entry) }, last);
    else if (typeof entry === 'object' && entry !== null) this.pino[level](safeFields(entry), last);
    else this.pino[level](context, String(entry));
  }
}

/** Lines are written together: a write for each would cost more than making it. */
const BUFFER_BYTES = 4_096;
const FLUSH_MS = 100;

/**
 * @param level the least that is written, or `silent`
 * @param stream where the lines go; standard error unless told, within a tenth of a second, and at once at `fatal` and
 *   at the exit
 */
export function createLogger(
  level: string,
  stream: DestinationStream = destination({
    dest: 2,
    sync: false,
    minLength: BUFFER_BYTES,
    periodicFlush: FLUSH_MS,
  }),
): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    // Pino's own would take what errorFields gives for an error, and copy all of it under another type.
    serializers: { err: (fields: unknown) => fields },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return new Logger(pino(options, stream));
}
