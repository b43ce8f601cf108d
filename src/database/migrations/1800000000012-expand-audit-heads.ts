import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds the epoch of the audit trail, and what is known of the heads that were announced. Finds it in place where the baseline
 * has made it.
 */
export class ExpandAuditHeads1800000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(HEADS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION IF EXISTS announce_audit_heads, audit_sealing_backlog, begin_signing_key, database_has_moved,
        enter_audit_epoch;
      DROP INDEX ix_audit_logs_unannounced;
      ALTER TABLE audit_logs DROP COLUMN is_announced, DROP COLUMN announced_epoch, DROP COLUMN announced_size;
      ALTER TABLE installation DROP COLUMN heads_at, DROP COLUMN epoch, DROP COLUMN epoch_at, DROP COLUMN epoch_reason,
        DROP COLUMN epoch_caller, DROP COLUMN written_by;
      DO $$
      BEGIN
        EXECUTE format('REVOKE SELECT (created_at) ON tenants FROM %I', ${READER});
      END
      $$`);
  }
}

const READER = `coalesce(nullif(current_setting('strongroom.reader_role', true), ''), 'strongroom_reader')`;

const HEADS = `
  DO $$
  BEGIN
    IF EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = 'audit_logs'::regclass AND attname = 'is_announced' AND NOT attisdropped
    ) THEN
      RETURN;
    END IF;
    ALTER TABLE installation ADD COLUMN heads_at timestamptz(3), ADD COLUMN epoch integer NOT NULL DEFAULT 1,
      ADD COLUMN epoch_at timestamptz(3), ADD COLUMN epoch_reason text, ADD COLUMN epoch_caller json,
      ADD COLUMN written_by xid8;
    EXECUTE format('GRANT UPDATE (heads_at, epoch, epoch_at, epoch_reason, epoch_caller, written_by) ON installation TO %I', ${READER});
    EXECUTE format('GRANT SELECT (created_at) ON tenants TO %I', ${READER});
    ALTER TABLE audit_logs ADD COLUMN is_announced boolean NOT NULL DEFAULT false, ADD COLUMN announced_epoch integer,
      ADD COLUMN announced_size bigint;
    CREATE INDEX ix_audit_logs_unannounced ON audit_logs (log_id) WHERE NOT is_announced;
  END
  $$`;
