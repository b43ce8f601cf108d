import { commandName } from '../../common/command-name.js';
import { printable } from '../../common/printable.js';
import { shortList } from '../../common/short-list.js';
import { explainedCause } from '../connection/connection-problem.js';
import { wasRolledBack } from '../connection/unavailability.js';
import { driverErrorOf, type DriverError } from '../connection/driver-error.js';
import { diskFullProblem, isDiskFull } from '../connection/disk-full.js';

/** Tells whether a database can be written to. */
export interface Writability {
  readonly standby: boolean;
  readonly read_only: boolean;
}

/** Selects the columns of `Writability`. */
export const WRITABILITY = `pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS read_only`;

const STANDBY =
  'the server is a standby, which can only be read: name the primary in the URL, or promote this server';
/** Says that nothing can be written to the database, and the cure. */
export const READ_ONLY =
  'the database can only be read: set default_transaction_read_only to off for the database, the role and the server ' +
  '(a managed server that switched it on by itself may have run out of storage)';
const MIGRATE = `run \`${commandName()} migrate\`, which restores what is missing`;

/** Returns the problem with a database that cannot be written to, and its cure; undefined if there is none. */
export function readOnlyProblem({ standby, read_only: readOnly }: Writability): string | undefined {
  if (standby) return STANDBY;
  return readOnly ? READ_ONLY : undefined;
}

/** Returns the problem that the service lacks rights, and its cure; undefined if it has them all. */
export function missingRights(missing: readonly string[]): string | undefined {
  return missing.length === 0 ? undefined : `the service lacks ${shortList(missing)}: ${MIGRATE}`;
}

/** Lists the SQLSTATEs of missing rights and missing parts of the schema. Their messages name only those parts. */
const DAMAGE = new Set(['3F000', '42501', '42703', '42704', '42883', '42P01']);

const EXPLAINED: Readonly<Record<string, string>> = {
  '25006': READ_ONLY,
};

/** Matches the errors of a server that ends the connection, or has none left. */
const ABSENT = /^(08|57P|53300)/;

/**
 * Returns the problem of a statement that the server refused, and its cure, in one line; undefined for locks of others
 * and a lack of time, which pass, and for which requests wait.
 * @throws the error itself when it does not come from the server, or the server is about to go: it does not answer
 */
export function refusalOf(error: unknown): string | undefined {
  const driver: (DriverError & { severity?: unknown }) | undefined = driverErrorOf(error);
  const code = driver?.code ?? '';
  if (driver?.severity === undefined || ABSENT.test(code)) throw error;
  if (wasRolledBack(error)) return undefined;
  if (isDiskFull(driver)) return diskFullProblem(driver);
  if (DAMAGE.has(code)) return `${printable(driver.message, 200)}: ${MIGRATE}`;
  return (
    EXPLAINED[code] ?? explainedCause(error) ?? `the server refuses the statements of requests (${code})`
  );
}

/** Tells whether an error of a request means that something is wrong with the installation, and not with the request. */
export function isDamage(error: unknown): boolean {
  return DAMAGE.has(driverErrorOf(error)?.code ?? '');
}
