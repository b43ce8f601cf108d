import { DataSource, type EntityManager, type Logger } from 'typeorm';
import { StartupError } from '../common/startup-error.js';
import { allMigrations } from './all-migrations.js';
import { connectionProblem, type Asker } from './connection/connection-problem.js';
import { dataSourceOptions, type ConnectionSettings } from './connection/data-source-options.js';
import { assertSessions } from './connection/session-check.js';
import type { SessionSettings } from './connection/session-settings.js';
import { programFunctions, type FunctionSet } from './schema/function-set.js';
import { createAuditPartitions } from './schema/create-audit-partitions.js';
import { functionsProblem, installFunctions } from './schema/install-functions.js';
import { joinServiceRole, refuseForeignRoles } from './connection/service-role.js';
import { mendSchema, refuseIncurable } from './repair/mend-schema.js';
import { findOwnerDamage } from './repair/owners.js';
import { requireExtensions } from './repair/extensions.js';
import { startProblem } from './upgrade/start-problem.js';
import { driverErrorOf } from './connection/driver-error.js';
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

/** Describes what `migrate` has done. */
export interface Migrated {
  /** The names of the applied migrations. */
  readonly applied: readonly string[];
  readonly functionsInstalled: boolean;
  /** Says what was wrong with the schema, such as rights that a restore had lost, and is mended. */
  readonly mended: readonly string[];
}

/** Describes the pending upgrade of a database. */
export interface PendingUpgrade {
  /** The names of the migrations that the database lacks. */
  readonly migrations: readonly string[];
  /** The problem with the installed functions, if no migration is missing. */
  readonly functions: string | undefined;
}

const OLDEST_SERVER = 150_000;

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
 * Upgrades the database to this program's schema: first the migrations, then the functions. Between them it mends what
 * a restore has left: owners, rights, policies, indexes. Replicas that start together wait for each other on an
 * advisory lock of the session; the later ones find nothing to do.
 *
 * @throws StartupError when the database cannot be reached, is older than PostgreSQL 15, was migrated by a newer
 *   program that this one is not compatible with or by an unreleased one, when a lock cannot be obtained, or when the
 *   login lacks a right that a migration needs
 */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const dataSource = await openOwnerDataSource(options);
  try {
    return await underMigrationLock(dataSource, options.onProgress, () => migrateLocked(dataSource, options));
  } catch (error) {
    throw startProblem(error, { ...options, asker: ownerOf(options) });
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
    await assertSessions(dataSource, ownerSettings(options), ownerOf(options));
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

async function migrateLocked(dataSource: DataSource, options: MigrateOptions): Promise<Migrated> {
  const { serviceLogin, afterwards, functions = programFunctions(), onProgress } = options;
  refuseIncurable(await findOwnerDamage(dataSource, options));
  const before = await acceptedMigrations(dataSource);
  await refuseForeignRoles(dataSource, options);
  await retryWhileLocked(() => dataSource.runMigrations({ transaction: 'each' }));
  const applied = (await appliedMigrations(dataSource)).filter((name) => !before.includes(name));
  const mended = (await isNewer(dataSource, functions))
    ? []
    : await retryWhileLocked(() => mendSchema(dataSource, options));
  const functionsInstalled = await retryWhileLocked(() => installFunctions(dataSource, functions));
  await tryToCreatePartitions(dataSource, onProgress);
  if (serviceLogin !== undefined) await joinServiceRole(dataSource, options.appRole, serviceLogin);
  if (afterwards !== undefined) await retryWhileLocked(() => dataSource.transaction(afterwards));
  return { applied, functionsInstalled, mended };
}

/** Tells whether the database belongs to a newer program, whose schema this one does not know. */
async function isNewer(dataSource: DataSource, { number }: FunctionSet): Promise<boolean> {
  const known = dataSource.migrations.map(nameOf);
  if ((await appliedMigrations(dataSource)).some((name) => !known.includes(name))) return true;
  const [installed] = await dataSource.query<{ number: number }[]>('SELECT number FROM schema_functions');
  return installed !== undefined && installed.number > number;
}

/** Limits how long the partitions may hold up a start. */
const PARTITIONS_MS = 5_000;

/**
 * Creates missing partitions of the audit events. A failure, such as a backup that holds the table, does not stop the
 * start: events without a partition go to the default one, and the daily job tries again within a minute.
 */
async function tryToCreatePartitions(
  dataSource: DataSource,
  onProgress: MigrateOptions['onProgress'],
): Promise<void> {
  try {
    await retryWhileLocked(() => createAuditPartitions(dataSource), { totalMs: PARTITIONS_MS });
  } catch (error) {
    const reason =
      error instanceof StartupError ? 'others hold the table' : (driverErrorOf(error)?.code ?? '');
    onProgress?.(
      `the partitions of the audit events could not be created yet (${reason}); a job tries again`,
    );
  }
}

/** Returns the applied migrations, after checking that this program can work with the database. */
async function acceptedMigrations(dataSource: DataSource): Promise<string[]> {
  await refuseOldServer(dataSource);
  await requireExtensions(dataSource);
  const applied = await appliedMigrations(dataSource);
  refuseForeignMigrations(applied, dataSource.migrations.map(nameOf));
  return applied;
}

async function refuseOldServer(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ number: number; version: string }[]>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version`,
  );
  if (row === undefined || row.number < OLDEST_SERVER) {
    throw new StartupError(`PostgreSQL 15 or newer is needed; this server is ${row?.version ?? 'unknown'}`);
  }
}
