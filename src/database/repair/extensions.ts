import { StartupError } from '../../common/startup-error.js';
import { readSchemaFile } from '../schema/read-schema.js';
import type { SqlRunner } from '../schema/role-variables.js';
import { rowsOf, type Damage } from './damage.js';

const EXTENSIONS = ['pg_trgm', 'btree_gin'];

/** Finds extensions that the database lacks. */
export async function findMissingExtensions(runner: SqlRunner): Promise<Damage[]> {
  const missing = await missingExtensions(runner);
  if (missing.length === 0) return [];
  return [
    {
      problem: `missing: ${missing.map((name) => `the extension ${name}`).join(' and ')}`,
      mend: [readSchemaFile('extensions.sql')],
    },
  ];
}

async function missingExtensions(runner: SqlRunner): Promise<string[]> {
  const rows = await rowsOf<{ name: string }>(
    runner,
    `SELECT name FROM unnest($1::text[]) AS name WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = name)`,
    [EXTENSIONS],
  );
  return rows.map(({ name }) => name);
}

/** @throws StartupError when the server cannot provide an extension that the database lacks */
export async function requireExtensions(runner: SqlRunner): Promise<void> {
  const rows = await rowsOf<{ name: string }>(
    runner,
    `SELECT e.name FROM unnest($1::text[]) AS e (name)
     WHERE NOT EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = e.name)`,
    [await missingExtensions(runner)],
  );
  if (rows.length > 0) throw extensionProblem(rows.map(({ name }) => name).join(' and '));
}

/** Returns the error for an extension that the server cannot provide or does not allow. */
export function extensionProblem(name: string): StartupError {
  return new StartupError(
    `PostgreSQL does not provide the extension ${name}: install its contrib modules (Debian and Ubuntu: part of the package ` +
      'postgresql-<version>; Red Hat: postgresql<version>-contrib; Alpine: postgresql<version>-contrib), or allow ' +
      'pg_trgm and btree_gin in the settings of the managed server (Azure: azure.extensions; Amazon RDS: rds.allowed_extensions)',
  );
}
