import pg from 'pg';
import { clientConfig } from './connection/client-config.js';
import type { EmbeddedPostgres } from './embedded/embedded-postgres.js';

/** Names the embedded database. The service's login, below, owns nothing in it. */
export const EMBEDDED_DATABASE = 'strongroom';
export const EMBEDDED_LOGIN = 'strongroom';

const DUPLICATE = new Set(['42P04', '42710', '23505']);

/**
 * Creates the service's database and login on the embedded server if they do not exist. Tolerates a concurrent start
 * that does the same.
 */
export async function prepareEmbeddedDatabase(server: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client(clientConfig(server.url('postgres', 'postgres')));
  // A connection that is lost while it is idle fails the next statement; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ login: boolean; database: boolean }>(
      `SELECT to_regrole($1) IS NOT NULL AS login,
              EXISTS (SELECT FROM pg_database WHERE datname = $2) AS database`,
      [EMBEDDED_LOGIN, EMBEDDED_DATABASE],
    );
    if (rows[0]?.login === false) await ignoreDuplicate(client.query(`CREATE ROLE ${EMBEDDED_LOGIN} LOGIN`));
    if (rows[0]?.database === false)
      await ignoreDuplicate(client.query(`CREATE DATABASE ${EMBEDDED_DATABASE}`));
  } finally {
    await client.end();
  }
}

async function ignoreDuplicate(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !DUPLICATE.has(error.code ?? '')) throw error;
  }
}
