import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../dist/src/database/embedded/embedded-postgres.js';

const PASSWORD = 'password-of-the-drill';

/** Holds the headers of a request of the administrator. */
export const HEADERS = {
  Authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`,
  tenant: 'default_tenant',
  'Content-Type': 'application/json',
};

/** Ends the drill with one line if a program is missing. */
export function requireProgram(name, args) {
  if (spawnSync(name, args).error === undefined) return;
  process.stderr.write(`${name} is not installed; on Debian: apt-get install ${name}\n`);
  process.exit(1);
}

/** Starts a server in a folder, with an empty database `drill` and the logins of an owner and the service. */
export async function startDatabase(folder) {
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const client = new pg.Client({ connectionString: postgres.url('postgres', 'postgres') });
  await client.connect();
  await client.query('CREATE ROLE drill_owner LOGIN CREATEROLE');
  await client.query('CREATE ROLE drill_service LOGIN');
  await client.query('CREATE DATABASE drill OWNER drill_owner');
  await client.end();
  return postgres;
}

/** Returns the environment of a service on the database `drill`, whose URL `urlOf` returns for a login. */
export function environmentOf(urlOf) {
  return {
    DATABASE_URL: urlOf('drill_service'),
    DATABASE_OWNER_URL: urlOf('drill_owner'),
    STRONGROOM_ROOT_KEYS: `drill:${Buffer.from('a key for drills, of 32 bytes...').toString('base64')}`,
    STRONGROOM_ADMIN_PASSWORD: PASSWORD,
  };
}
