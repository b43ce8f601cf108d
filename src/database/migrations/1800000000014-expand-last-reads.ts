import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds what tells when secrets were last read: two tables, and the time from which reads are noted, which is that of the
 * migration. Finds all of it in place where the baseline has made it. Programs without it feed it by the functions that record
 * and seal events, but for their exports.
 */
export class ExpandLastReads1800000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(READS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION IF EXISTS note_secret_reads, secret_reads_known_until;
      DROP TABLE secret_reads_pending, secret_reads;
      ALTER TABLE installation DROP COLUMN reads_since`);
  }
}

const READER = `coalesce(nullif(current_setting('strongroom.reader_role', true), ''), 'strongroom_reader')`;
const APP = `coalesce(nullif(current_setting('strongroom.app_role', true), ''), 'strongroom_app')`;

const READS = `
  DO $$
  DECLARE
    v_app    text := ${APP};
    v_reader text := ${READER};
    v_table  text;
  BEGIN
    IF to_regclass('secret_reads') IS NOT NULL THEN
      RETURN;
    END IF;
    ALTER TABLE installation ADD COLUMN reads_since timestamptz(3) NOT NULL DEFAULT now();
    CREATE TABLE secret_reads (
      tenant_id uuid           NOT NULL,
      secret_id uuid           NOT NULL,
      version   integer        NOT NULL,
      reader_id uuid           NOT NULL,
      is_tenant boolean        NOT NULL,
      read_at   timestamptz(3) NOT NULL,
      CONSTRAINT pk_secret_reads PRIMARY KEY (tenant_id, secret_id, version, reader_id)
    ) WITH (fillfactor = 70);
    CREATE TABLE secret_reads_pending (
      tenant_id  uuid           NOT NULL,
      id         bigint         GENERATED ALWAYS AS IDENTITY,
      reader_id  uuid           NOT NULL,
      read_at    timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      secret_ids uuid[]         NOT NULL,
      versions   integer[]      NOT NULL,
      CONSTRAINT pk_secret_reads_pending PRIMARY KEY (tenant_id, id)
    );

    FOREACH v_table IN ARRAY ARRAY['secret_reads', 'secret_reads_pending'] LOOP
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_table);
      EXECUTE format(
        'CREATE POLICY tenant_rows ON %I
           USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid))
           WITH CHECK (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)',
        v_table
      );
    END LOOP;
    CREATE POLICY tenant_set ON secret_reads FOR SELECT
      USING (tenant_id IN (
        SELECT unnest(string_to_array(nullif(current_setting('app.tenants', true), ''), ',')::uuid[])
      ));
    EXECUTE format(
      'CREATE POLICY reader_rows ON secret_reads_pending TO %I USING (true) WITH CHECK (true)', v_reader
    );
    EXECUTE format('GRANT SELECT ON secret_reads TO %I', v_app);
    EXECUTE format('GRANT INSERT ON secret_reads_pending TO %I', v_app);
    EXECUTE format('GRANT SELECT ON secret_reads_pending TO %I', v_reader);
  END
  $$`;
