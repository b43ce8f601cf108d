import { commandName } from '../common/command-name.js';
import { StartupError } from '../common/startup-error.js';
import type { Configuration } from '../config/configuration.js';
import { pendingUpgrade } from '../database/migrate.js';
import { BootstrapAdministrator } from '../users/bootstrap-administrator.js';
import type { DatabaseLocation } from './database-location.js';
import { withOwnerConnection } from './owner-connection.js';

/** Says who migrates where the service's login is given alone. */
export const BY_MIGRATE = `run \`${commandName()} migrate\` with DATABASE_OWNER_URL`;

/**
 * Verifies that a database which this process may not migrate is up to date and has an administrator.
 * @throws StartupError that says what is missing
 */
export async function requireMigrated(
  { appRole, readerRole }: Configuration,
  location: DatabaseLocation,
): Promise<void> {
  const problem = await migrationProblem({ ...location, appRole, readerRole });
  if (problem !== undefined)
    throw new StartupError(
      `${location.variable}: ${problem}, and this login may not change that: ${BY_MIGRATE}`,
    );
  const administrator = new BootstrapAdministrator();
  if (await withOwnerConnection(location, (connection) => administrator.isMissing(connection)))
    throw new StartupError(`There is no user yet: ${BY_MIGRATE} and STRONGROOM_ADMIN_PASSWORD`);
}

/** Returns what `migrate` would do, as a problem; undefined if the database is up to date. */
export async function migrationProblem(
  options: Parameters<typeof pendingUpgrade>[0],
): Promise<string | undefined> {
  const { migrations, functions } = await pendingUpgrade(options);
  return migrations.length > 0 ? `migrations are pending (${migrations.length})` : functions;
}
