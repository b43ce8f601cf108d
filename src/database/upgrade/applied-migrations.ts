import type { DataSource, MigrationInterface } from 'typeorm';
import { StartupError } from '../../common/startup-error.js';

/** Matches the numbers of the 24 migrations before the baseline, which were never released. */
const UNRELEASED = /17900000000(0[1-9]|1\d|2[0-4])$/;

/** Returns the names of the migrations that the database has, oldest first. */
export async function appliedMigrations(dataSource: DataSource): Promise<string[]> {
  const [table] = await dataSource.query<{ there: boolean }[]>(
    `SELECT to_regclass('schema_migrations') IS NOT NULL AS there`,
  );
  if (table?.there !== true) return [];
  const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM schema_migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

/**
 * Refuses a database that this program cannot work with. A newer database is fine if every migration that the program
 * lacks only adds to the schema, which its name says.
 * @throws StartupError with the remedy
 */
export function refuseForeignMigrations(applied: readonly string[], known: readonly string[]): void {
  if (applied.some((name) => UNRELEASED.test(name))) {
    throw new StartupError(
      'This database was made by an unreleased version of Strongroom and is left as it is. To move it: start that ' +
        'version (commit 3fe6459), export with ' +
        '`GET /api/v3.1/secrets/share/export?_all_tenants=true&_include_metadata=true`, move the data folder or the ' +
        'database away, start this version, create the tenants and users again, import the file',
    );
  }
  const incompatible = applied.find((name) => !known.includes(name) && !name.startsWith('Expand'));
  if (incompatible !== undefined) {
    throw new StartupError(
      `The database was migrated by a newer version of Strongroom (${incompatible}): start that version or a newer one`,
    );
  }
}

/** Returns the name under which TypeORM records a migration. */
export function nameOf(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}
