import { commandName } from '../common/command-name.js';
import { StartupError } from '../common/startup-error.js';
import type { Configuration } from '../config/configuration.js';
import { pendingUpgrade } from '../database/migrate.js';
import type { DatabaseLocation } from './database-location.js';

/** Says who migrates where the service's login is given alone. */
export const BY_MIGRATE = `run \`${commandName()} migrate\` with DATABASE_OWNER_URL`;

/** Says that a database which this process may not migrate has no user yet. */
export const NO_USER = `There is no user yet: ${BY_MIGRATE} and STRONGROOM_ADMIN_PASSWORD`;

/**
 * Verifies that a database which this process may not migrate is up to date.
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
}

/** Returns what `migrate` would do, as a problem; undefined if the database is up to date. */
export async function migrationProblem(
  options: Parameters<typeof pendingUpgrade>[0],
): Promise<string | undefined> {
  const { migrations, functions } = await pendingUpgrade(options);
  return migrations.length > 0 ? `migrations are pending (${migrations.length})` : functions;
}
