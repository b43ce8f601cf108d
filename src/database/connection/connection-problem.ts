import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';
import { parseDatabaseUrl } from '../../config/database-url.js';
import { findCause } from './causes/find-cause.js';
import { driverErrorOf } from './driver-error.js';

/** Names who asked the database: the URL, and the variable that holds it. */
export interface Asker {
  readonly variable: string;
  readonly url: string;
}

/**
 * Returns an error that explains in one line why a connection or a statement at the start failed: the variable, the
 * cause, the cure, and which login asked for what. The driver's own message is left out, since it may hold anything.
 */
export function connectionProblem(error: unknown, { variable, url }: Asker): unknown {
  if (error instanceof StartupError) return error;
  const { code = '' } = driverErrorOf(error) ?? {};
  const { cause, cure } = findCause(error) ?? UNKNOWN;
  return new StartupError(
    `${variable}: ${cause}: ${cure} (${[describedUrl(url), code].filter(Boolean).join(', ')})`,
  );
}

/** Explains in a few words an error whose cause is the database or the way to it; undefined for all others. */
export function explainedCause(error: unknown): string | undefined {
  const found = findCause(error);
  if (found === undefined) return undefined;
  const { cause, cure, code } = found;
  return `${cause}: ${cure}${code === '' ? '' : ` (${code})`}`;
}

/** Explains an error that PostgreSQL reported, as `explainedCause` does; undefined for errors of another origin. */
export function explainedServerError(error: unknown): string | undefined {
  const driver = driverErrorOf(error);
  return driver !== undefined && 'severity' in driver ? explainedCause(driver) : undefined;
}

const UNKNOWN = {
  cause: 'cannot connect to PostgreSQL',
  cure: 'read the log of the server, and check that host and port are those of PostgreSQL',
};

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
