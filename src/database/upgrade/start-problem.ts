import { QueryFailedError } from 'typeorm';
import { StartupError } from '../../common/startup-error.js';
import { printable } from '../../common/printable.js';
import { findCause } from '../connection/causes/find-cause.js';
import { driverErrorOf } from '../connection/driver-error.js';
import { connectionProblem, explainedCause, type Asker } from '../connection/connection-problem.js';
import type { SchemaRoles } from '../repair/damage.js';
import { extensionProblem } from '../repair/extensions.js';

interface Circumstances extends Partial<Pick<SchemaRoles, 'appRole' | 'readerRole'>> {
  /** Names the login that asked the database, if only one may have. */
  readonly asker?: Asker;
}

const NOT_SUPPORTED = '0A000';

/**
 * Returns an error that explains in one line why the database made a start, a migration or a look at it impossible. An
 * error that has nothing to do with the database is returned unchanged.
 */
export function startProblem(error: unknown, circumstances: Circumstances = {}): unknown {
  if (error instanceof StartupError) return error;
  const driver = driverErrorOf(error);
  if (driver?.code === NOT_SUPPORTED && installsExtensions(error))
    return extensionProblem(`(${printable(driver.message, 200)})`);
  const found = findCause(error);
  if (found === undefined) return error;
  const message = printable(found.text, 200);
  if (found.state === 'forbidden') return new StartupError(missingRight(message, circumstances));
  if (found.state === 'incomplete')
    return new StartupError(
      `The database lacks a part of the schema (${message}): restore the backup again, and read the errors of the restore`,
    );
  const { asker } = circumstances;
  return asker === undefined
    ? new StartupError(`DATABASE_URL: ${explainedCause(error)}`)
    : connectionProblem(error, asker);
}

/** Tells by the statement, since the message of the server may be in any language. */
function installsExtensions(error: unknown): boolean {
  return error instanceof QueryFailedError && error.query.includes('CREATE EXTENSION');
}

function missingRight(message: string, { asker, appRole, readerRole }: Circumstances): string {
  const variable = asker?.variable ?? 'DATABASE_OWNER_URL, or DATABASE_URL where it is alone';
  const statements =
    appRole === undefined || readerRole === undefined
      ? ''
      : `: CREATE ROLE ${appRole}; CREATE ROLE ${readerRole}; GRANT ${appRole}, ${readerRole} TO the login`;
  return (
    `${variable}: ${message}; the login must own the database, and either have CREATEROLE or be a member of roles made ` +
    `beforehand${statements}; deploy/postgres-init.sql does all of it`
  );
}
