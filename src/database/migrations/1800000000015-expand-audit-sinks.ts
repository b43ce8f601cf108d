import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds what the sinks of the audit trail need: how far each is, and the order in which leaves were added. Finds all of it in
 * place where the baseline has made it.
 */
export class ExpandAuditSinks1800000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SINKS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION IF EXISTS lease_audit_sink, release_audit_sink, read_audit_batches, confirm_audit_batches,
        sweep_audit_batches, audit_unsent_from;
      DROP TABLE audit_batches, audit_sinks`);
  }
}

const READER = `coalesce(nullif(current_setting('strongroom.reader_role', true), ''), 'strongroom_reader')`;

const SINKS = `
  DO $$
  DECLARE
    v_reader text := ${READER};
  BEGIN
    IF to_regclass('audit_sinks') IS NOT NULL THEN
      RETURN;
    END IF;
    CREATE TABLE audit_sinks (
      name          text COLLATE "C" NOT NULL,
      position      bigint           NOT NULL,
      part          integer          NOT NULL DEFAULT 0,
      wait_days     integer          NOT NULL,
      configured_at timestamptz(3)   NOT NULL DEFAULT clock_timestamp(),
      holder        uuid,
      held_until    timestamptz(3),
      CONSTRAINT pk_audit_sinks PRIMARY KEY (name)
    );
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON audit_sinks TO %I', v_reader);

    CREATE TABLE audit_batches (
      log_id      uuid           NOT NULL,
      epoch       integer        NOT NULL,
      first_index bigint         NOT NULL,
      events      integer        NOT NULL,
      position    bigint         GENERATED ALWAYS AS IDENTITY,
      sealed_at   timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      CONSTRAINT pk_audit_batches PRIMARY KEY (log_id, epoch, first_index)
    ) WITH (vacuum_truncate = off);
    CREATE UNIQUE INDEX uq_audit_batches_position ON audit_batches (position);
    ALTER TABLE audit_batches ENABLE ROW LEVEL SECURITY;
    CREATE POLICY tenant_rows ON audit_batches
      USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
      WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);
    EXECUTE format('CREATE POLICY reader_rows ON audit_batches TO %I USING (true) WITH CHECK (true)', v_reader);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON audit_batches TO %I', v_reader);
  END
  $$`;
