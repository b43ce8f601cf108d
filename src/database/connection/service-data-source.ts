import { DataSource } from 'typeorm';
import { connectionProblem } from './connection-problem.js';
import { dataSourceOptions, type ConnectionSettings } from './data-source-options.js';

export interface ServiceDataSourceSettings extends Omit<
  ConnectionSettings,
  'sessionSettings' | 'timeoutMilliseconds'
> {
  /** The role whose rights the service has. */
  readonly appRole: string;
  /** True if there is only one login; each session then assumes the role, and fails if the role does not exist. */
  readonly single: boolean;
}

/** Exceeds the server's own timeouts, since their errors say more. */
const TIMEOUT_MS = 12_000;

/**
 * Opens the service's connections, with timeouts for statements (10 s), locks (5 s) and idle transactions (30 s). A
 * server that does not answer at all is given up after 12 s.
 * @throws StartupError when the database cannot be reached or refuses the login
 */
export async function openServiceDataSource(settings: ServiceDataSourceSettings): Promise<DataSource> {
  const { appRole, single, ...connection } = settings;
  const sessionSettings = {
    ...(single && { role: appRole }),
    default_transaction_isolation: 'read committed',
    // Before version 18 the planner's cost for a disabled scan is so high that the plan would be compiled at every
    // call.
    jit: 'off',
    statement_timeout: '10s',
    lock_timeout: '5s',
    idle_in_transaction_session_timeout: '30s',
  };
  const dataSource = new DataSource(
    dataSourceOptions({ ...connection, sessionSettings, timeoutMilliseconds: TIMEOUT_MS }),
  );
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw connectionProblem(error, 'DATABASE_URL');
  }
}
