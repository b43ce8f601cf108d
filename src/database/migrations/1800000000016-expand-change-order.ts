import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes the number of a pending change the whole primary key, so that a batch of all tenants is a range of it. Finds it so
 * where the baseline has made the table.
 */
export class ExpandChangeOrder1800000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$
      BEGIN
        IF (SELECT cardinality(conkey) FROM pg_constraint WHERE conname = 'pk_secret_changes_pending') > 1 THEN
          ALTER TABLE secret_changes_pending
            DROP CONSTRAINT pk_secret_changes_pending,
            ADD CONSTRAINT pk_secret_changes_pending PRIMARY KEY (id);
        END IF;
      END
      $$`);
  }

  /** Changes nothing: programs without this migration work with either key. */
  async down(): Promise<void> {}
}
