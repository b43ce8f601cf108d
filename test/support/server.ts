import pg from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';

/** Disables waiting for the disk, since tests lose nothing of value when the machine fails. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

/** Loads the extension that `StatementCount` needs, which is possible only at the start. */
const COUNTING = { shared_preload_libraries: 'pg_stat_statements' };

let server: Promise<EmbeddedPostgres> | undefined;

/** Returns the PostgreSQL server of this run, which the first test file starts and the others join. */
export function testServer(): Promise<EmbeddedPostgres> {
  const dataDir = process.env.TEST_POSTGRES_DIRECTORY;
  if (dataDir === undefined) throw new Error('The global setup did not run');
  server ??= startEmbeddedPostgres({ dataDir, settings: { ...FAST, ...COUNTING } });
  return server;
}

/** Returns the major version of a server; by default of the one of this run. */
export async function serverVersion(
  ask: (text: string) => Promise<unknown[]> = async (text) =>
    query((await testServer()).url('postgres', 'postgres'), text),
): Promise<number> {
  const [row] = (await ask('SHOW server_version_num')) as { server_version_num: string }[];
  return Math.trunc(Number(row?.server_version_num) / 10_000);
}

/** Runs one statement on a connection of its own and returns its rows. */
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
