import { DataSource, type EntityManager, type Logger } from 'typeorm';
import { StartupError } from '../common/startup-error.js';
import { allMigrations } from './all-migrations.js';
import { findCause } from './connection/causes/find-cause.js';
import { connectionProblem, type Asker } from './connection/connection-problem.js';
import { dataSourceOptions, type ConnectionSettings } from './connection/data-source-options.js';
import { driverErrorOf } from './connection/driver-error.js';
import { assertSessions } from './connection/session-check.js';
import type { SessionSettings } from './connection/session-settings.js';
import { programFunctions, type FunctionSet } from './schema/function-set.js';
import { createAuditPartitions } from './schema/create-audit-partitions.js';
import { functionsProblem, installFunctions } from './schema/install-functions.js';
import { joinServiceRole, refuseForeignRoles } from './connection/service-role.js';
import { appliedMigrations, nameOf, refuseForeignMigrations } from './upgrade/applied-migrations.js';
import { retryWhileLocked } from './upgrade/lock-retries.js';
import { underMigrationLock } from './upgrade/migration-lock.js';
import { OWNER_SETTINGS } from './upgrade/owner-settings.js';

type Roles = Pick<MigrateOptions, 'appRole' | 'readerRole'>;
type OwnerLogin = Pick<MigrateOptions, 'ownerUrl' | 'ownerVariable'>;

export interface MigrateOptions {
  /** The URL of the login that owns the schema. */
  readonly ownerUrl: string;
  /** The name of the variable that holds the URL, for messages; DATABASE_OWNER_URL by default. */
  readonly ownerVariable?: string;
  readonly appRole: string;
  readonly readerRole: string;
  /** The service's login, to make a member of the service's role; undefined if the owner's login serves too. */
  readonly serviceLogin?: string | undefined;
  readonly onProgress?: (line: string) => void;
  /** The entities that `afterwards` needs. */
  readonly entities?: ConnectionSettings['entities'];
  /** Creates the first data of an empty database, in one transaction under the same lock. */
  readonly afterwards?: (manager: EntityManager) => Promise<void>;
  /** The migrations to run; by default those of the program. */
  readonly migrations?: typeof allMigrations;
  /** The functions to install; by default those of the program. */
  readonly functions?: FunctionSet;
}

/** Describes the pending upgrade of a database. */
export interface PendingUpgrade {
  /** The names of the migrations that the database lacks. */
  readonly migrations: readonly string[];
  /** The problem with the installed functions, if no migration is missing. */
  readonly functions: string | undefined;
}

const OLDEST_SERVER = 150_000;
const INSUFFICIENT_PRIVILEGE = '42501';

const nothing = (): void => undefined;

/**
 * Replaces TypeORM's own logger, which would print a failed migration to standard output; the error is thrown to the
 * caller instead.
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
 * Upgrades the database to this program's schema: first the migrations, then the functions. Replicas that start
 * together wait for each other on an advisory lock of the session; the later ones find nothing to do.
 *
 * @returns the names of the applied migrations, and whether functions were installed
 * @throws StartupError when the database cannot be reached, is older than PostgreSQL 15, was migrated by a newer
 *   program that this one is not compatible with or by an unreleased one, when a lock cannot be obtained, or when the
 *   login lacks a right that a migration needs
 */
export async function migrate(
  options: MigrateOptions,
): Promise<{ applied: string[]; functionsInstalled: boolean }> {
  const dataSource = await openOwnerDataSource(options);
  try {
    return await underMigrationLock(dataSource, options.onProgress, () => migrateLocked(dataSource, options));
  } catch (error) {
    throw upgradeProblem(error, options);
  } finally {
    await dataSource.destroy();
  }
}

/** Returns what `migrate` would do, without changing anything. */
export async function pendingUpgrade(
  options: Pick<
    MigrateOptions,
    'ownerUrl' | 'ownerVariable' | 'appRole' | 'readerRole' | 'migrations' | 'functions'
  >,
): Promise<PendingUpgrade> {
  const dataSource = await openOwnerDataSource(options);
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

/** Returns the data source of the owner's login, which runs migrations and TypeORM's own command. */
export function ownerDataSource(
  options: Pick<MigrateOptions, 'ownerUrl' | 'appRole' | 'readerRole' | 'migrations' | 'entities'>,
): DataSource {
  return new DataSource({
    ...dataSourceOptions({
      url: options.ownerUrl,
      poolSize: 2,
      entities: options.entities ?? [],
      sessionSettings: ownerSettings(options),
    }),
    migrations: [...(options.migrations ?? allMigrations)],
  });
}

function ownerOf({ ownerUrl, ownerVariable = 'DATABASE_OWNER_URL' }: OwnerLogin): Asker {
  return { url: ownerUrl, variable: ownerVariable };
}

function ownerSettings({ appRole, readerRole }: Roles): SessionSettings {
  return { ...OWNER_SETTINGS, 'strongroom.app_role': appRole, 'strongroom.reader_role': readerRole };
}

/** Opens the owner's connections, once it is sure that they keep the locks of their sessions. */
async function openOwnerDataSource(
  options: Parameters<typeof ownerDataSource>[0] & OwnerLogin,
): Promise<DataSource> {
  const dataSource = ownerDataSource(options);
  dataSource.logger = SILENT;
  try {
    await dataSource.initialize();
  } catch (error) {
    throw connectionProblem(error, ownerOf(options));
  }
  try {
    await assertSessions(dataSource, ownerSettings(options), ownerOf(options).variable);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

async function migrateLocked(
  dataSource: DataSource,
  options: MigrateOptions,
): Promise<{ applied: string[]; functionsInstalled: boolean }> {
  const before = await acceptedMigrations(dataSource);
  await refuseForeignRoles(dataSource, options);
  await retryWhileLocked(() => dataSource.runMigrations({ transaction: 'each' }));
  const functionsInstalled = await retryWhileLocked(() =>
    installFunctions(dataSource, options.functions ?? programFunctions()),
  );
  await retryWhileLocked(() => createAuditPartitions(dataSource));
  const { serviceLogin, afterwards } = options;
  if (serviceLogin !== undefined) await joinServiceRole(dataSource, options.appRole, serviceLogin);
  if (afterwards !== undefined) await retryWhileLocked(() => dataSource.transaction(afterwards));
  const applied = (await appliedMigrations(dataSource)).filter((name) => !before.includes(name));
  return { applied, functionsInstalled };
}

/** Returns the applied migrations, after checking that this program can work with the database. */
async function acceptedMigrations(dataSource: DataSource): Promise<string[]> {
  await refuseOldServer(dataSource);
  const applied = await appliedMigrations(dataSource);
  refuseForeignMigrations(applied, dataSource.migrations.map(nameOf));
  return applied;
}

/**
 * Explains what stopped an upgrade, if it is the server's state or a missing right. The server's message about a right
 * contains only the name of the object.
 */
function upgradeProblem(error: unknown, options: MigrateOptions): unknown {
  const driver = driverErrorOf(error);
  if (driver?.code !== INSUFFICIENT_PRIVILEGE)
    return findCause(error) === undefined ? error : connectionProblem(error, ownerOf(options));
  const { appRole, readerRole } = options;
  return new StartupError(
    `${ownerOf(options).variable}: ${driver.message}; the login must own the database, and either have CREATEROLE or be a ` +
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
