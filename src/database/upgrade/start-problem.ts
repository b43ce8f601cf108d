import { StartupError } from '../../common/startup-error.js';
import { printable } from '../../common/printable.js';
import { diskFullProblem, isDiskFull } from '../connection/disk-full.js';
import { driverErrorOf } from '../connection/driver-error.js';
import { connectionProblem, explainedCause, type Asker } from '../connection/connection-problem.js';
import { READ_ONLY } from '../readiness/serving-problems.js';
import type { SchemaRoles } from '../repair/damage.js';
import { extensionProblem } from '../repair/extensions.js';

interface Circumstances extends Partial<Pick<SchemaRoles, 'appRole' | 'readerRole'>> {
  /** Who asked the database, if only one login may have. */
  readonly asker?: Asker;
}

const INSUFFICIENT_PRIVILEGE = '42501';
const READ_ONLY_TRANSACTION = '25006';
const NOT_SUPPORTED = '0A000';

/** Matches the SQLSTATEs of parts of the schema that are missing. */
const MISSING = /^(3F000|42703|42704|42883|42P01)$/;

/**
 * Returns an error that explains in one line why the database made a start, a migration or a look at it impossible. An
 * error that has nothing to do with the database is returned unchanged.
 */
export function startProblem(error: unknown, circumstances: Circumstances = {}): unknown {
  const driver = driverErrorOf(error);
  if (error instanceof StartupError || driver === undefined) return error;
  const { code = '' } = driver;
  const message = printable(driver.message, 200);
  if (code === NOT_SUPPORTED && message.includes('extension')) return extensionProblem(`(${message})`);
  if (code === INSUFFICIENT_PRIVILEGE) return new StartupError(missingRight(message, circumstances));
  if (MISSING.test(code))
    return new StartupError(
      `The database lacks a part of the schema (${message}): restore the backup again, and read the errors of the restore`,
    );
  return stateProblem(error, code, circumstances.asker);
}

/** Explains a state of the server that makes work impossible; returns any other error unchanged. */
function stateProblem(error: unknown, code: string, asker: Asker | undefined): unknown {
  const variable = asker?.variable ?? 'DATABASE_URL';
  if (isDiskFull(error)) return new StartupError(`${variable}: ${diskFullProblem(error)}`);
  if (code === READ_ONLY_TRANSACTION) return new StartupError(`${variable}: ${READ_ONLY}`);
  const explained = explainedCause(error);
  if (explained === undefined) return error;
  return asker === undefined
    ? new StartupError(`${variable}: ${explained}`)
    : connectionProblem(error, asker);
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
