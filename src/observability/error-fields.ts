import { isNativeError } from 'node:util/types';

export interface ErrorFields {
  readonly type: string;
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly routine?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

const LONGEST_MESSAGE = 500;
const MOST_FRAMES = 20;
const MOST_CAUSES = 5;

/** Lists the fields of the driver's errors that name parts of the schema or of PostgreSQL, never of a row. */
const SAFE_FIELDS = ['code', 'constraint', 'table', 'routine'] as const;

/** Lists the fields that mark errors of pg and TypeORM, whose messages repeat statements, parameters or rows. */
const MARKS_OF_DATABASE_ERRORS = ['severity', 'driverError', 'parameters', 'criteria'];

/**
 * Matches the SQLSTATEs whose messages name a login, a database, a file or a limit of the server, but never a row:
 * connection, login, database, resources, intervention, system.
 */
const ABOUT_THE_SERVER = /^(08|28|3D|53|57|58|F0)/;

/**
 * Returns the fields of an error that may be logged. The database's errors repeat statements, parameters and rows in
 * their messages and fields, and a SyntaxError of JSON.parse repeats its input, so only codes and names of the schema
 * are kept of those, and the messages about the server's own state.
 */
export function errorFields(error: unknown, causes = MOST_CAUSES): ErrorFields {
  if (!isError(error)) return { type: typeof error };
  const { driverError, cause } = error as Error & { driverError?: unknown };
  const type = typeOf(error);
  if (isError(driverError) && causes > 0) return { ...errorFields(driverError, causes - 1), type };
  const message = safeMessage(error);
  return {
    type,
    ...safeFields(error),
    ...(message !== undefined && { message }),
    ...(error.stack !== undefined && { stack: framesOf(error.stack, error.message) }),
    ...(isError(cause) && causes > 0 && { cause: errorFields(cause, causes - 1) }),
  };
}

/**
 * Recognises errors of another realm too, such as Node's own under Jest, which are not instances of this realm's Error.
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

function typeOf(error: Error): string {
  const made: unknown = error.constructor;
  return typeof made === 'function' ? made.name : 'Error';
}

function safeFields(error: Error): Partial<Record<(typeof SAFE_FIELDS)[number], string>> {
  const all = error as Error & Record<string, unknown>;
  return Object.fromEntries(
    SAFE_FIELDS.filter((field) => typeof all[field] === 'string').map((field) => [field, all[field]]),
  );
}

function safeMessage(error: Error): string | undefined {
  if (isAboutServer(error)) return error.message.slice(0, LONGEST_MESSAGE);
  if (error.name === 'SyntaxError' || MARKS_OF_DATABASE_ERRORS.some((mark) => mark in error))
    return undefined;
  return withoutArguments(error).slice(0, LONGEST_MESSAGE);
}

function isAboutServer(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return 'severity' in error && typeof code === 'string' && code.length === 5 && ABOUT_THE_SERVER.test(code);
}

/** Cuts the argument off the messages of Node's argument errors, which end with it. */
function withoutArguments(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code?.startsWith('ERR_') === true ? error.message.replace(/\s*Received[\s\S]*$/, '') : error.message;
}

/** Returns the frames of a stack without the message that it begins with. */
function framesOf(stack: string, message: string): string {
  const start = stack.indexOf(message);
  return stack
    .slice(start < 0 ? 0 : start + message.length)
    .split('\n')
    .filter((line) => /^\s+at .*(:\d+:\d+|<anonymous>|native|index \d+)\)?$/.test(line))
    .slice(0, MOST_FRAMES)
    .join('\n');
}
