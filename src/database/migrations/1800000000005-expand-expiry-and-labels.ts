import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds what expiry and labels need: the column `labels` of secrets, the indexes, and the labels in the view of the
 * searches. Finds all of it in place where the baseline has made it. No row is rewritten; building the indexes reads the
 * table once each, and keeps changes of secrets waiting for that long.
 */
export class ExpandExpiryAndLabels1800000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE secrets ADD COLUMN IF NOT EXISTS labels jsonb NOT NULL DEFAULT '{}'
        CONSTRAINT ck_secrets_labels CHECK (labels = '{}' OR (
          jsonb_typeof(labels) = 'object'
          AND jsonb_array_length(jsonb_path_query_array(labels, '$.keyvalue()')) <= 64
          AND NOT jsonb_path_exists(labels, '$.* ? (@.type() != "string")')
          AND octet_length(labels::text) <= 8192 + 128
        ));
      CREATE OR REPLACE VIEW secret_keys AS
        SELECT tenant_id, id, key, visibility, created_by, labels FROM secrets WHERE deleted_at IS NULL;

      CREATE INDEX IF NOT EXISTS ix_secrets_labels ON secrets USING gin (tenant_id, labels)
        WITH (gin_pending_list_limit = 1024)
        WHERE visibility <> 'private' AND labels <> '{}' AND deleted_at IS NULL;
      CREATE INDEX IF NOT EXISTS ix_secrets_private_labels ON secrets USING gin (tenant_id, created_by, labels)
        WITH (gin_pending_list_limit = 1024)
        WHERE visibility = 'private' AND labels <> '{}' AND deleted_at IS NULL;
      CREATE INDEX IF NOT EXISTS ix_secrets_global_labels ON secrets USING gin (labels)
        WHERE visibility = 'global' AND labels <> '{}' AND deleted_at IS NULL;
      CREATE INDEX IF NOT EXISTS ix_secrets_expires_at ON secrets (tenant_id, expires_at, created_at, key)
        INCLUDE (id, visibility, created_by) WHERE expires_at IS NOT NULL AND deleted_at IS NULL;
      CREATE INDEX IF NOT EXISTS ix_secrets_global_expires_at ON secrets (expires_at, created_at, key)
        INCLUDE (tenant_id, id, created_by)
        WHERE visibility = 'global' AND expires_at IS NOT NULL AND deleted_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX ix_secrets_global_expires_at, ix_secrets_expires_at, ix_secrets_global_labels,
        ix_secrets_private_labels, ix_secrets_labels;
      DROP VIEW secret_keys;
      ALTER TABLE secrets DROP COLUMN labels;
      CREATE VIEW secret_keys AS
        SELECT tenant_id, id, key, visibility, created_by FROM secrets WHERE deleted_at IS NULL;
      DO $$
      BEGIN
        EXECUTE format(
          'GRANT SELECT ON secret_keys TO %I',
          coalesce(nullif(current_setting('strongroom.reader_role', true), ''), 'strongroom_reader')
        );
      END
      $$`);
  }
}
