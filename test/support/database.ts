import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { query, testServer } from './server.js';

export const APP_ROLE = 'strongroom_app';
export const READER_ROLE = 'strongroom_reader';

/** Names the owner's login, which is not a superuser, and the service's, which owns nothing, as in production. */
export const OWNER = 'test_owner';
export const SERVICE = 'test_service';

const TEMPLATE = 'test_template';

/** Represents a database that belongs to one test file. */
export interface TestDatabase {
  readonly name: string;
  /** The URL for the service's login. */
  readonly url: string;
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  /** Runs a statement as a superuser, whom no policy binds. */
  asSuperuser<R extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>;
  drop(): Promise<void>;
}

/** Creates a copy of a freshly migrated database, or an empty one that belongs to the owner. */
export async function cloneDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = await testServer();
  const admin = server.url('postgres', 'postgres');
  await prepareTemplate(admin, server.url);
  const name = `test_${randomBytes(6).toString('hex')}`;
  await query(admin, `CREATE DATABASE ${name} OWNER ${OWNER} TEMPLATE ${empty ? 'template0' : TEMPLATE}`);
  const superuserUrl = server.url('postgres', name);
  return {
    name,
    url: server.url(SERVICE, name),
    ownerUrl: server.url(OWNER, name),
    superuserUrl,
    asSuperuser: (text, values) => query(superuserUrl, text, values),
    drop: async () => {
      await query(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Creates the template database once per run. Concurrent test files wait for the first. */
async function prepareTemplate(
  admin: string,
  url: (user: string, database: string) => string,
): Promise<void> {
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtextextended('test template', 0))");
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (rowCount !== 0) return;
    await client.query(`CREATE ROLE ${OWNER} LOGIN CREATEROLE CREATEDB`);
    await client.query(`CREATE ROLE ${SERVICE} LOGIN`);
    await client.query(`CREATE DATABASE ${TEMPLATE} OWNER ${OWNER}`);
    await migrate({
      ownerUrl: url(OWNER, TEMPLATE),
      appRole: APP_ROLE,
      readerRole: READER_ROLE,
      serviceLogin: SERVICE,
    });
  } finally {
    await client.end();
  }
}
