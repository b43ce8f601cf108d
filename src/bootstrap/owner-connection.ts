import pg from 'pg';
import { clientConfig } from '../database/connection/client-config.js';
import { connectionProblem } from '../database/connection/connection-problem.js';
import type { SqlConnection } from '../database/connection/sql-connection.js';
import type { DatabaseLocation } from './database-location.js';

/**
 * Runs `work` on a connection of the owner's login, and closes it.
 * @throws StartupError when the database cannot be reached or refuses the login
 */
export async function withOwnerConnection<T>(
  { ownerUrl, serviceLogin }: DatabaseLocation,
  work: (connection: SqlConnection) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(clientConfig(ownerUrl));
  try {
    await client.connect();
  } catch (error) {
    throw connectionProblem(error, serviceLogin === undefined ? 'DATABASE_URL' : 'DATABASE_OWNER_URL');
  }
  try {
    return await work(sqlConnectionOf(client));
  } finally {
    await client.end();
  }
}

function sqlConnectionOf(client: pg.Client): SqlConnection {
  return {
    query: async <R>(text: string, values?: unknown[]) => (await client.query(text, values)).rows as R,
  };
}
