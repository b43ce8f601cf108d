import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type EntityManager, type Logger, type MigrationInterface } from 'typeorm';
import { StartupError } from '../common/startup-error.js';
import { allMigrations } from './all-migrations.js';
import { connectionProblem } from './connection-problem.js';
import { dataSourceOptions, type ConnectionSettings } from './data-source-options.js';
import { driverErrorOf } from './driver-error.js';
import { joinServiceRole, refuseForeignRoles } from './service-role.js';

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
}

const LOCK = 'strongroom migrations';
const LOCK_POLL_MS = 100;
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
 * Migrates the database to this program's schema. Replicas that start together take turns under an advisory lock of the
 * session; the later ones find nothing to do.
 *
 * @returns the names of the migrations that were applied
 * @throws StartupError when the database cannot be reached, is older than PostgreSQL 15, was migrated by a newer
 *   program, or when the login lacks a right that a migration needs
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const dataSource = ownerDataSource(options);
  dataSource.logger = SILENT;
  try {
    await dataSource.initialize();
  } catch (error) {
    throw connectionProblem(error, 'DATABASE_OWNER_URL');
  }
  try {
    return await underLock(dataSource, options.onProgress, () => migrateLocked(dataSource, options));
  } catch (error) {
    throw missingRight(error, options);
  } finally {
    await dataSource.destroy();
  }
}

/** Returns the names of the migrations that the database still lacks; changes nothing. */
export async function pendingMigrations(
  options: Pick<MigrateOptions, 'ownerUrl' | 'appRole' | 'readerRole'>,
): Promise<string[]> {
  const dataSource = ownerDataSource(options);
  try {
    await dataSource.initialize();
  } catch (error) {
    throw connectionProblem(error, 'DATABASE_OWNER_URL');
  }
  try {
    await refuseOldServer(dataSource);
    await refuseNewerDatabase(dataSource);
    const applied = new Set(await appliedMigrations(dataSource));
    return dataSource.migrations.map(nameOf).filter((name) => !applied.has(name));
  } finally {
    await dataSource.destroy();
  }
}

/** Creates the data source of the owner's login, which migrations and the TypeORM command use. */
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
      },
    }),
    migrations: [...(options.migrations ?? allMigrations)],
  });
}

async function migrateLocked(
  dataSource: DataSource,
  options: MigrateOptions,
): Promise<{ applied: string[] }> {
  await refuseOldServer(dataSource);
  await refuseNewerDatabase(dataSource);
  await refuseForeignRoles(dataSource, options);
  const applied = await dataSource.runMigrations({ transaction: 'each' });
  if (options.serviceLogin !== undefined)
    await joinServiceRole(dataSource, options.appRole, options.serviceLogin);
  if (options.afterwards !== undefined) await dataSource.transaction(options.afterwards);
  return { applied: applied.map(({ name }) => name) };
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

/** Polls for the lock: waiting inside the server would hold up index builds, which wait for old snapshots. */
async function underLock<T>(
  dataSource: DataSource,
  onProgress: ((line: string) => void) | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    for (let waited = 0; !(await tryLock(runner)); waited += LOCK_POLL_MS) {
      if (waited === 0) onProgress?.('waiting for another start to finish migrating');
      await sleep(LOCK_POLL_MS);
    }
    return await work();
  } finally {
    await runner.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
    await runner.release();
  }
}

async function tryLock(runner: {
  query: (text: string, values: unknown[]) => Promise<unknown>;
}): Promise<boolean> {
  const [row] = (await runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked', [
    LOCK,
  ])) as [{ locked: boolean }];
  return row.locked;
}

async function refuseOldServer(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ number: number; version: string }[]>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version`,
  );
  if (row === undefined || row.number < OLDEST_SERVER) {
    throw new StartupError(`PostgreSQL 15 or newer is needed; this server is ${row?.version ?? 'unknown'}`);
  }
}

async function refuseNewerDatabase(dataSource: DataSource): Promise<void> {
  const known = new Set(dataSource.migrations.map(nameOf));
  const newer = (await appliedMigrations(dataSource)).find((name) => !known.has(name));
  if (newer !== undefined) {
    throw new StartupError(
      `The database was migrated by a newer version of Strongroom (${newer}): start that version or a newer one`,
    );
  }
}

async function appliedMigrations(dataSource: DataSource): Promise<string[]> {
  const [table] = await dataSource.query<{ there: boolean }[]>(
    `SELECT to_regclass('schema_migrations') IS NOT NULL AS there`,
  );
  if (table?.there !== true) return [];
  const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM schema_migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

function nameOf(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}
