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
 * Writes one JSON line per entry to standard error. An entry is a text, an error, or fields followed by a text. Fields
 * and errors lose what must not be logged; a text is written as it is, so it must never hold a value.
 */
export class Logger implements LoggerService {
  private onAlarm: (alarm: string) => void = () => undefined;

  constructor(private readonly pino: Pino) {}

  /** Calls `listener` with the name of each alarm that an entry raises, at any level. */
  watchAlarms(listener: (alarm: string) => void): void {
    this.onAlarm = listener;
  }

  /** The lowest level that is written, or `silent`. It can be changed at any time. */
  get level(): string {
    return this.pino.level;
  }

  set level(level: string) {
    this.pino.level = level;
  }

  /** Tells whether entries of that level are written. */
  writes(level: Level): boolean {
    return this.pino.isLevelEnabled(level);
  }

  /** Writes the entry before it returns, after everything that is buffered. */
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

  /** Writes Nest's own messages at `debug`. */
  log(entry: unknown, ...rest: unknown[]): void {
    this.write('debug', entry, rest);
  }

  verbose(entry: unknown, ...rest: unknown[]): void {
    this.write('trace', entry, rest);
  }

  /**
   * Writes an entry of Nest, which ends with a context and may have a stack before it; the message that a stack begins
   * with may hold anything.
   */
  private write(level: Level, entry: unknown, rest: readonly unknown[]): void {
    if (isAlarm(entry)) this.onAlarm(entry.alarm);
    if (!this.pino.isLevelEnabled(level)) return;
    const last = rest.findLast((item): item is string => typeof item === 'string' && !item.includes('\n'));
    const context = last === undefined ? {} : { context: last };
    if (isError(entry)) this.pino[level]({ err: errorFields(entry) }, last);
    else if (typeof entry === 'object' && entry !== null) this.pino[level](safeFields(entry), last);
    else this.pino[level](context, String(entry));
  }
}

function isAlarm(entry: unknown): entry is { readonly alarm: string } {
  return typeof entry === 'object' && entry !== null && 'alarm' in entry && typeof entry.alarm === 'string';
}

/** Buffers lines: a write for each would cost more than making it. */
const BUFFER_BYTES = 4_096;
const FLUSH_MS = 100;

/**
 * @param level the lowest level that is written, or `silent`
 * @param stream receives the lines; standard error by default, within a tenth of a second, and at once at `fatal` and
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
    // Pino's own serialiser would treat the result of errorFields as an error and copy it under another type.
    serializers: { err: (fields: unknown) => fields },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return new Logger(pino(options, stream));
}
