import { DataSource, type EntityManager, type Logger } from 'typeorm';
import { StartupError } from '../common/startup-error.js';
import { allMigrations } from './all-migrations.js';
import { connectionProblem } from './connection/connection-problem.js';
import { dataSourceOptions, type ConnectionSettings } from './connection/data-source-options.js';
import { driverErrorOf } from './connection/driver-error.js';
import { programFunctions, type FunctionSet } from './schema/function-set.js';
import { createAuditPartitions } from './schema/create-audit-partitions.js';
import { functionsProblem, installFunctions } from './schema/install-functions.js';
import { joinServiceRole, refuseForeignRoles } from './connection/service-role.js';
import { appliedMigrations, nameOf, refuseForeignMigrations } from './upgrade/applied-migrations.js';
import { MIGRATION_LOCK_TIMEOUT, whileLocked } from './upgrade/lock-retries.js';
import { underMigrationLock } from './upgrade/migration-lock.js';

export interface MigrateOptions {
  /** Identifies the login that owns the schema. */
  readonly ownerUrl: string;
  readonly appRole: string;
  readonly readerRole: string;
  /** Names the service's login, to be made a member of the service's role; undefined where the owner serves too. */
  readonly serviceLogin?: string | undefined;
  readonly onProgress?: (line: string) => void;
  /** Lists the entities that `afterwards` works with. */
  readonly entities?: ConnectionSettings['entities'];
  /** Creates what else an empty database needs, in one transaction, under the same lock. */
  readonly afterwards?: (manager: EntityManager) => Promise<void>;
  /** Replaces the list of migrations to run. */
  readonly migrations?: typeof allMigrations;
  /** Functions to install instead of the program's. */
  readonly functions?: FunctionSet;
}

/** What an upgrade would do. */
export interface PendingUpgrade {
  /** The names of the migrations that the database lacks. */
  readonly migrations: readonly string[];
  /** What is wrong with the functions of a database that lacks no migration. */
  readonly functions: string | undefined;
}

const OLDEST_SERVER = 150_000;
const INSUFFICIENT_PRIVILEGE = '42501';

const nothing = (): void => undefined;

/**
 * Replaces TypeORM's own logger, which would print a failed migration to standard output. The caller gets the error.
 */
const SILENT: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};

/**
 * Brings the database up to this program's schema: its migrations, then its functions. Replicas that start together
 * take turns under a session's advisory lock; those that come later find nothing to do.
 *
 * @returns the names of the migrations that were applied, and whether functions were installed
 * @throws StartupError when the database cannot be reached, is older than PostgreSQL 15, was migrated by a newer
 *   program than this one can follow or by an unreleased one, when a lock is not to be had, or when the login may not
 *   do what a migration needs
 */
export async function migrate(
  options: MigrateOptions,
): Promise<{ applied: string[]; functionsInstalled: boolean }> {
  const dataSource = ownerDataSource(options);
  dataSource.logger = SILENT;
  try {
    await dataSource.initialize();
  } catch (error) {
    throw connectionProblem(error, 'DATABASE_OWNER_URL');
  }
  try {
    return await underMigrationLock(dataSource, options.onProgress, () => migrateLocked(dataSource, options));
  } catch (error) {
    throw missingRight(error, options);
  } finally {
    await dataSource.destroy();
  }
}

/** Returns what `migrate` would do. Changes nothing. */
export async function pendingUpgrade(
  options: Pick<MigrateOptions, 'ownerUrl' | 'appRole' | 'readerRole' | 'migrations' | 'functions'>,
): Promise<PendingUpgrade> {
  const dataSource = ownerDataSource(options);
  try {
    await dataSource.initialize();
  } catch (error) {
    throw connectionProblem(error, 'DATABASE_OWNER_URL');
  }
  try {
    const applied = await acceptedMigrations(dataSource);
    const migrations = dataSource.migrations.map(nameOf).filter((name) => !applied.includes(name));
    if (migrations.length > 0) return { migrations, functions: undefined };
    const functions = options.functions ?? programFunctions();
    return { migrations, functions: await functionsProblem(dataSource, functions) };
  } finally {
    await dataSource.destroy();
  }
}

/** Returns the data source of the owner's login, which migrations (and TypeORM's command) run on. */
export function ownerDataSource(
  options: Pick<MigrateOptions, 'ownerUrl' | 'appRole' | 'readerRole' | 'migrations' | 'entities'>,
): DataSource {
  return new DataSource({
    ...dataSourceOptions({
      url: options.ownerUrl,
      poolSize: 2,
      entities: options.entities ?? [],
      sessionSettings: {
        'strongroom.app_role': options.appRole,
        'strongroom.reader_role': options.readerRole,
        lock_timeout: MIGRATION_LOCK_TIMEOUT,
      },
    }),
    migrations: [...(options.migrations ?? allMigrations)],
  });
}

async function migrateLocked(
  dataSource: DataSource,
  options: MigrateOptions,
): Promise<{ applied: string[]; functionsInstalled: boolean }> {
  const before = await acceptedMigrations(dataSource);
  await refuseForeignRoles(dataSource, options);
  await whileLocked(() => dataSource.runMigrations({ transaction: 'each' }));
  const functionsInstalled = await whileLocked(() =>
    installFunctions(dataSource, options.functions ?? programFunctions()),
  );
  await whileLocked(() => createAuditPartitions(dataSource));
  const { serviceLogin, afterwards } = options;
  if (serviceLogin !== undefined) await joinServiceRole(dataSource, options.appRole, serviceLogin);
  if (afterwards !== undefined) await whileLocked(() => dataSource.transaction(afterwards));
  const applied = (await appliedMigrations(dataSource)).filter((name) => !before.includes(name));
  return { applied, functionsInstalled };
}

/** Returns the migrations that the database has, once it is clear that this program can work on it. */
async function acceptedMigrations(dataSource: DataSource): Promise<string[]> {
  await refuseOldServer(dataSource);
  const applied = await appliedMigrations(dataSource);
  refuseForeignMigrations(applied, dataSource.migrations.map(nameOf));
  return applied;
}

/** Names the missing right in the error; the server's message names the object and nothing else. */
function missingRight(error: unknown, { appRole, readerRole }: MigrateOptions): unknown {
  const driver = driverErrorOf(error);
  if (driver?.code !== INSUFFICIENT_PRIVILEGE) return error;
  return new StartupError(
    `DATABASE_OWNER_URL, or DATABASE_URL where it is alone: ${driver.message}; the login must own the database, and either have CREATEROLE or be a ` +
      `member of roles made beforehand: CREATE ROLE ${appRole}; CREATE ROLE ${readerRole}; ` +
      `GRANT ${appRole}, ${readerRole} TO the login`,
  );
}

async function refuseOldServer(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ number: number; version: string }[]>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version`,
  );
  if (row === undefined || row.number < OLDEST_SERVER) {
    throw new StartupError(`PostgreSQL 15 or newer is needed; this server is ${row?.version ?? 'unknown'}`);
  }
}
