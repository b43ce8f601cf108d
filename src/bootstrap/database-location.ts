import type { Configuration } from '../config/configuration.js';
import { parseDatabaseUrl } from '../config/database-url.js';
import { EMBEDDED_DATABASE, EMBEDDED_LOGIN, prepareEmbeddedDatabase } from '../database/embedded-database.js';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';

/** Describes where the database is, for the service's login and for the owner's, which migrates. */
export interface DatabaseLocation {
  readonly url: string;
  readonly ownerUrl: string;
  /** Names the variables that hold the two URLs, for messages. */
  readonly variable: string;
  readonly ownerVariable: string;
  /** The login to make a member of the service's role; undefined when the owner's login serves too. */
  readonly serviceLogin: string | undefined;
  readonly embedded: boolean;
  /** Stops the embedded server if this process started it. */
  readonly stop: () => Promise<void>;
}

/** Stands for the name of a variable in messages about the embedded database. */
const EMBEDDED = 'The embedded database';

/** Returns the configured database, or starts the embedded one. */
export async function locateDatabase(
  configuration: Configuration,
  onProgress: (line: string) => void,
): Promise<DatabaseLocation> {
  const { databaseUrl: url, databaseOwnerUrl: ownerUrl } = configuration;
  if (url !== undefined) {
    const serviceLogin = ownerUrl === undefined ? undefined : parseDatabaseUrl(url).user;
    return {
      url,
      ownerUrl: ownerUrl ?? url,
      variable: 'DATABASE_URL',
      ownerVariable: ownerUrl === undefined ? 'DATABASE_URL' : 'DATABASE_OWNER_URL',
      serviceLogin,
      embedded: false,
      stop: () => Promise.resolve(),
    };
  }
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
    embedded: true,
    stop: () => server.stop(),
  };
}
