import pg from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';

/** Tests lose nothing that matters when the machine fails, so the server need not wait for the disk. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

/** For `StatementCount`; can only be loaded at the start. */
const COUNTING = { shared_preload_libraries: 'pg_stat_statements' };

let server: Promise<EmbeddedPostgres> | undefined;

/** The PostgreSQL of this run: started by the first test file that asks, joined by the others. */
export function testServer(): Promise<EmbeddedPostgres> {
  const dataDir = process.env.TEST_POSTGRES_DIRECTORY;
  if (dataDir === undefined) throw new Error('The global setup did not run');
  server ??= startEmbeddedPostgres({ dataDir, settings: { ...FAST, ...COUNTING } });
  return server;
}

/** Runs one statement on a connection of its own and gives its rows. */
export async function query<R extends object>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<R>(text, values);
    return rows;
  } finally {
    await client.end();
  }
}
