import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTables, grantMigrationsTable } from '../schema/create-tables.js';

/** Creates all tables. Until the first release it runs the schema files as they are; see ADR 20. */
export class Baseline1800000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner);
    await grantMigrationsTable(runner);
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('The baseline cannot be reverted: every secret would go with it. Drop the database instead.'),
    );
  }
}
