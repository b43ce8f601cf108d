import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../dist/src/database/embedded/embedded-postgres.js';

/** Is the password of the administrator, and of the logins of the database. */
export const PASSWORD = 'password-of-the-drill';

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

/** Starts the embedded server in a folder, with the drill's database. */
export async function startDatabase(folder) {
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  const client = new pg.Client({ connectionString: postgres.url('postgres', 'postgres') });
  await client.connect();
  await makeDatabase((text) => client.query(text));
  await client.end();
  return postgres;
}

/** Makes the empty database `drill`, and the logins of an owner and the service, which have one password. */
export async function makeDatabase(query) {
  await query(`CREATE ROLE drill_owner LOGIN CREATEROLE PASSWORD '${PASSWORD}'`);
  await query(`CREATE ROLE drill_service LOGIN PASSWORD '${PASSWORD}'`);
  await query('CREATE DATABASE drill OWNER drill_owner');
}

/** Returns the URL of a login of the drill's database. */
export function databaseUrl(login, port) {
  return `postgresql://${login}:${PASSWORD}@127.0.0.1:${port}/drill`;
}

/** Returns the environment of a service on the database `drill`, whose URL `urlOf` returns for a login. */
export function environmentOf(urlOf) {
  return {
    DATABASE_URL: urlOf('drill_service'),
    DATABASE_OWNER_URL: urlOf('drill_owner'),
    STRONGROOM_ROOT_KEYS: `drill:${randomBytes(32).toString('base64')}`,
    STRONGROOM_ADMIN_PASSWORD: PASSWORD,
  };
}
