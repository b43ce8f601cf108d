import { programVersions } from '../common/program-versions.js';
import { describedUrl } from '../database/connection/connection-problem.js';
import { appliedMigrations } from '../database/upgrade/applied-migrations.js';
import { RootKeysRepository } from '../tenants/root-keys.repository.js';
import type { Installation } from './installation.js';

/**
 * Returns what an operator needs to know about a running process, as fields of the log: versions, the database, its
 * schema, the ids of the root keys, the number of connections, and the trusted proxies. None of it is secret.
 */
export async function startReport(installation: Installation): Promise<Record<string, unknown>> {
  const { configuration, dataSource, rootKeys, connections } = installation;
  const [server] = await dataSource.query<[{ version: string }]>(
    `SELECT current_setting('server_version') AS version`,
  );
  return {
    ...programVersions(),
    mode: configuration.nodeEnv,
    database: installation.embedded ? 'embedded' : describedUrl(configuration.databaseUrl ?? ''),
    postgresql: server.version,
    newestMigration: (await appliedMigrations(dataSource)).at(-1),
    migrationsApplied: installation.appliedMigrations.length,
    rootKeyIds: rootKeys.ids,
    activeRootKey: await new RootKeysRepository().findActiveId(dataSource.manager),
    pool: configuration.poolSize,
    connections,
    trustedProxies: configuration.trustedProxies,
  };
}
