import { commandName } from '../../common/command-name.js';
import { shortList } from '../../common/names/short-list.js';
import { STATES } from '../connection/causes/error-cause.js';
import { stateOf } from '../connection/causes/find-cause.js';
import { READ_ONLY } from '../connection/causes/server-causes.js';
import { explainedCause } from '../connection/connection-problem.js';
import { driverErrorOf } from '../connection/driver-error.js';

/** Tells whether a database can be written to. */
export interface Writability {
  readonly standby: boolean;
  readonly read_only: boolean;
}

/** Selects the columns of `Writability`. */
export const WRITABILITY = `pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS read_only`;

const STANDBY =
  'the server is a standby, which can only be read: name the primary in the URL, or promote this server';
const MIGRATE = `run \`${commandName()} migrate\`, which restores what is missing`;

/** Returns the problem with a database that cannot be written to, and its cure; undefined if there is none. */
export function readOnlyProblem({ standby, read_only: readOnly }: Writability): string | undefined {
  if (standby) return STANDBY;
  return readOnly ? `${READ_ONLY.cause}: ${READ_ONLY.cure}` : undefined;
}

/** Returns the problem that the service lacks rights, and its cure; undefined if it has them all. */
export function missingRights(missing: readonly string[]): string | undefined {
  return missing.length === 0 ? undefined : `the service lacks ${shortList(missing)}: ${MIGRATE}`;
}

/**
 * Returns the problem of a statement that the server refused, and its cure, in one line; undefined for locks of others
 * and a lack of time, which pass, and for which requests wait.
 * @throws the error itself when it does not come from the server, or the server is about to go: it does not answer
 */
export function refusalOf(error: unknown): string | undefined {
  const driver = driverErrorOf(error);
  const state = stateOf(error);
  if (driver === undefined || !('severity' in driver) || state === 'away') throw error;
  if (state === undefined) return `the server refuses the statements of requests (${driver.code})`;
  return STATES[state].ready ? undefined : explainedCause(error);
}
