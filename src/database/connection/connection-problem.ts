import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';
import { parseDatabaseUrl } from '../../config/database-url.js';
import { STATES } from './causes/error-cause.js';
import { findCause, type FoundCause } from './causes/find-cause.js';
import { asDatabaseError, driverErrorOf } from './driver-error.js';

/** Names who asked the database: the URL, and the variable that holds it. */
export interface Asker {
  readonly variable: string;
  readonly url: string;
}

/**
 * Returns an error that explains in one line why a connection or a statement at the start failed: the variable, the
 * cause, the cure, and which login asked for what. The message of the server is left out where it may hold anything.
 */
export function connectionProblem(error: unknown, { variable, url }: Asker): unknown {
  if (error instanceof StartupError) return error;
  const { code = '' } = driverErrorOf(asDatabaseError(error)) ?? {};
  const found = findCause(error);
  const problem = found === undefined ? UNKNOWN : causeAndCure(found);
  return new StartupError(
    `${variable}: ${problem} (${[describedUrl(url), code].filter(Boolean).join(', ')})`,
  );
}

/** Explains in a few words an error whose cause is the database or the way to it; undefined for all others. */
export function explainedCause(error: unknown): string | undefined {
  const found = findCause(error);
  return found === undefined ? undefined : explainedIn(found);
}

/** Returns the cause, the cure and the code that were found. */
export function explainedIn(found: FoundCause): string {
  return `${causeAndCure(found)}${found.code === '' ? '' : ` (${found.code})`}`;
}

function causeAndCure({ cause, cure, state, text }: FoundCause): string {
  const quoted = STATES[state].quotable ? ` (${printable(text.replaceAll('"', "'"), 200)})` : '';
  return `${cause}${quoted}: ${cure}`;
}

/** Explains an error that PostgreSQL reported, as `explainedCause` does; undefined for errors of another origin. */
export function explainedServerError(error: unknown): string | undefined {
  const driver = driverErrorOf(error);
  return driver !== undefined && 'severity' in driver ? explainedCause(driver) : undefined;
}

const UNKNOWN =
  'cannot connect to PostgreSQL: read the log of the server, and check that host and port are those of PostgreSQL';

/** Names the login, the database and the address of a URL, without its password. */
export function describedUrl(url: string): string {
  const { user, database, host, port } = parseDatabaseUrl(url);
  const place = host.includes(':') ? `[${host}]` : host;
  const parts = [
    `login "${printable(user)}"`,
    `database "${printable(database)}"`,
    `at ${printable(place, 256)}:${port}`,
  ];
  return parts.join(', ');
}
