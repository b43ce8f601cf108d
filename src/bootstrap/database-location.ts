import type { Configuration } from '../config/configuration.js';
import { parseDatabaseUrl } from '../config/database-url.js';
import { EMBEDDED_DATABASE, EMBEDDED_LOGIN, prepareEmbeddedDatabase } from '../database/embedded-database.js';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { servesOnly } from '../database/upgrade/serves-only.js';
import { withOwnerConnection, type OwnerLogin } from './owner-connection.js';

/** Describes where the database is, for the service's login and for the owner's, which migrates. */
export interface DatabaseLocation extends OwnerLogin {
  readonly url: string;
  /** Names the variable that holds the URL, for messages. */
  readonly variable: string;
  /** The login to make a member of the service's role; undefined when the owner's login serves too. */
  readonly serviceLogin: string | undefined;
  /** False if the owner's login is not given and the service's owns nothing: another process migrates. */
  readonly migrates: boolean;
  readonly embedded: boolean;
  /** Stops the embedded server if this process started it. */
  readonly stop: () => Promise<void>;
}

/** Stands for the name of a variable in messages about the embedded database. */
const EMBEDDED = 'The embedded database';

/** Says what `locateDatabase` waits for. */
export function locatingStep({ databaseUrl }: Configuration): string {
  return databaseUrl === undefined ? 'waiting for the embedded PostgreSQL' : 'connecting to the database';
}

/** Returns the configured database, or starts the embedded one. */
export async function locateDatabase(
  configuration: Configuration,
  onProgress: (line: string) => void,
): Promise<DatabaseLocation> {
  const { databaseUrl: url } = configuration;
  if (url !== undefined) return externalDatabase(configuration, url);
  const server = await startEmbeddedPostgres({
    dataDir: configuration.dataDir,
    onProgress,
    supervised: true,
  });
  try {
    await prepareEmbeddedDatabase(server);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url: server.url(EMBEDDED_LOGIN, EMBEDDED_DATABASE),
    ownerUrl: server.url('postgres', EMBEDDED_DATABASE),
    variable: EMBEDDED,
    ownerVariable: EMBEDDED,
    serviceLogin: EMBEDDED_LOGIN,
    migrates: true,
    embedded: true,
    stop: () => server.stop(),
  };
}

/** Returns a warning if one login both migrates and serves; undefined otherwise. */
export function loginWarning({ serviceLogin }: DatabaseLocation): string | undefined {
  if (serviceLogin !== undefined) return undefined;
  return (
    'DATABASE_OWNER_URL is not set: one login migrates and serves. Each session drops its rights, but a service ' +
    'that cannot regain them is safer: give it a login of its own'
  );
}

/** Returns the configured database. A login that is given alone is asked whether it owns the tables. */
async function externalDatabase(
  { databaseOwnerUrl: ownerUrl, appRole }: Configuration,
  url: string,
): Promise<DatabaseLocation> {
  const ownerVariable = ownerUrl === undefined ? 'DATABASE_URL' : 'DATABASE_OWNER_URL';
  const login = { ownerUrl: ownerUrl ?? url, ownerVariable };
  const migrates =
    ownerUrl !== undefined ||
    !(await withOwnerConnection(login, (connection) => servesOnly(connection, appRole)));
  return {
    url,
    ...login,
    variable: 'DATABASE_URL',
    serviceLogin: ownerUrl === undefined && migrates ? undefined : parseDatabaseUrl(url).user,
    migrates,
    embedded: false,
    stop: () => Promise.resolve(),
  };
}
