import pg from 'pg';
import { connectionProblem } from '../database/connection-problem.js';
import type { DatabaseLocation } from './database-location.js';

/**
 * A connection of the owner's login for a moment.
 * @throws StartupError when the database cannot be reached or refuses the login
 */
export async function withOwnerConnection<T>(
  { ownerUrl, serviceLogin }: DatabaseLocation,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    throw connectionProblem(error, serviceLogin === undefined ? 'DATABASE_URL' : 'DATABASE_OWNER_URL');
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
