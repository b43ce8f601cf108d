import { DataSource } from 'typeorm';
import { connectionProblem } from './connection-problem.js';
import { dataSourceOptions, type ConnectionSettings } from './data-source-options.js';
import { COMMON_SETTINGS, type SessionSettings } from './session-settings.js';

export interface ServiceDataSourceSettings extends Omit<
  ConnectionSettings,
  'sessionSettings' | 'timeoutMilliseconds'
> {
  readonly timeoutMilliseconds?: number;
  /** The name of the variable that holds the URL, for messages; DATABASE_URL by default. */
  readonly variable?: string;
  /** The role whose rights the service has. */
  readonly appRole: string;
  /** True if there is only one login; each session then assumes the role, and fails if the role does not exist. */
  readonly single: boolean;
}

/** Returns the settings of the service's sessions. */
export function serviceSettings({
  appRole,
  single,
}: Pick<ServiceDataSourceSettings, 'appRole' | 'single'>): SessionSettings {
  return {
    ...COMMON_SETTINGS,
    ...(single && { role: appRole }),
    // Before version 18 the planner's cost for a disabled scan is so high that the plan would be compiled at every
    // call.
    jit: 'off',
    statement_timeout: `${STATEMENT_TIMEOUT_MS / 1_000}s`,
    lock_timeout: '200ms',
    idle_in_transaction_session_timeout: '30s',
  };
}

/** Limits a statement, unless its transaction sets another time. */
export const STATEMENT_TIMEOUT_MS = 3_000;

/** Exceeds the server's own timeouts, also those of an import, since their errors say more. */
const TIMEOUT_MS = 6_000;

/** Lets the server end a statement before the driver gives up, so that a slow server can be told from a silent one. */
const SHARE_OF_SERVER = 0.8;

/**
 * Opens the service's connections, with timeouts for statements (3 s), locks (200 ms) and idle transactions (30 s). The
 * driver gives up after 6 s if the server does not answer at all, and after 3.5 s for a single statement (`namedQuery`). A caller that does not get a lock returns the
 * connection and tries again (contention.ts); work that needs longer sets its own timeouts within its transaction.
 * @throws StartupError when the database cannot be reached or refuses the login
 */
export async function openServiceDataSource(settings: ServiceDataSourceSettings): Promise<DataSource> {
  const { timeoutMilliseconds = TIMEOUT_MS, variable = 'DATABASE_URL', ...connection } = settings;
  const limit = Math.min(STATEMENT_TIMEOUT_MS, SHARE_OF_SERVER * timeoutMilliseconds);
  const sessionSettings = { ...serviceSettings(settings), statement_timeout: `${Math.round(limit)}ms` };
  const dataSource = new DataSource(
    dataSourceOptions({ ...connection, sessionSettings, timeoutMilliseconds }),
  );
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw connectionProblem(error, { variable, url: settings.url });
  }
}
