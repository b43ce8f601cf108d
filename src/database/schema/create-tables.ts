import { readSchemaFile, withVariables } from './read-schema.js';
import { roleVariables, type SqlRunner } from './role-variables.js';
import { TABLES } from './schema-files.js';

/** Creates the roles if they are missing, the extensions, and all tables of an empty database. */
export async function createTables(runner: SqlRunner): Promise<void> {
  const roles = await roleVariables(runner);
  await runner.query(withVariables(readSchemaFile('roles.sql'), roles));
  await runner.query(readSchemaFile('extensions.sql'));
  const variables = { ...roles, trigram_schema: await schemaOfTrigrams(runner) };
  for (const path of TABLES)
    await runner.query(withVariables(readSchemaFile(`tables/${path}.sql`), variables));
}

/** Lets the service's role read which migrations were applied, once TypeORM has created their table. */
export async function grantMigrationsTable(runner: SqlRunner): Promise<void> {
  const text = readSchemaFile('migrations-table.sql');
  await runner.query(withVariables(text, await roleVariables(runner)));
}

async function schemaOfTrigrams(runner: SqlRunner): Promise<string> {
  const [row] = (await runner.query(
    `SELECT nspname AS name FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_trgm'`,
  )) as [{ name: string }];
  return row.name;
}
