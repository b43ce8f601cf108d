import pg from 'pg';
import { clientConfig } from '../database/connection/client-config.js';
import { connectionProblem } from '../database/connection/connection-problem.js';
import { databaseCall } from '../database/connection/driver-error.js';
import { prepareSession } from '../database/connection/session-settings.js';
import type { SqlConnection } from '../database/connection/sql-connection.js';
import { OWNER_SETTINGS } from '../database/upgrade/owner-settings.js';

/** Names the login that owns the tables, or that is given alone. */
export interface OwnerLogin {
  readonly ownerUrl: string;
  /** Names the variable that holds the URL, for messages. */
  readonly ownerVariable: string;
}

/**
 * Runs `work` on a connection of the owner's login, and closes it.
 * @throws StartupError when the database cannot be reached or refuses the login
 */
export async function withOwnerConnection<T>(
  { ownerUrl, ownerVariable }: OwnerLogin,
  work: (connection: SqlConnection) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(clientConfig(ownerUrl, OWNER_SETTINGS));
  // A connection that is lost while it is idle fails the next statement; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await prepareSession(client, OWNER_SETTINGS);
  } catch (error) {
    void client.end().catch(() => undefined);
    throw connectionProblem(error, { variable: ownerVariable, url: ownerUrl });
  }
  try {
    return await work(sqlConnectionOf(client));
  } finally {
    await client.end();
  }
}

function sqlConnectionOf(client: pg.Client): SqlConnection {
  return {
    query: async <R>(text: string, values?: unknown[]) =>
      (await databaseCall(() => client.query(text, values))).rows as R,
  };
}
