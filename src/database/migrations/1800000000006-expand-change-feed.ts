import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds what the change feed needs: its two tables, and what marks a secret whose expiry it has shown. Finds all of it in
 * place where the baseline has made it. The feed begins with the migration; programs without it feed it by the functions
 * that write secrets.
 */
export class ExpandChangeFeed1800000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(EXPIRY);
    await runner.query(FEED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE secret_changes;
      DROP FUNCTION IF EXISTS record_secret_changes;
      DROP TYPE secret_change;
      DROP TABLE secret_changes_pending;
      DROP POLICY reader_notes ON secrets;
      ALTER TABLE secrets DROP COLUMN expiry_noted`);
  }
}

const READER = `coalesce(nullif(current_setting('strongroom.reader_role', true), ''), 'strongroom_reader')`;
const APP = `coalesce(nullif(current_setting('strongroom.app_role', true), ''), 'strongroom_app')`;

const EXPIRY = `
  DO $$
  DECLARE
    v_reader text := ${READER};
  BEGIN
    ALTER TABLE secrets ADD COLUMN IF NOT EXISTS expiry_noted timestamptz(3);
    CREATE INDEX IF NOT EXISTS ix_secrets_expiry_due ON secrets (expires_at)
      WHERE expires_at IS NOT NULL AND expiry_noted IS DISTINCT FROM expires_at AND deleted_at IS NULL;
    IF NOT EXISTS (SELECT FROM pg_policy WHERE polname = 'reader_notes' AND polrelid = 'secrets'::regclass) THEN
      EXECUTE format('CREATE POLICY reader_notes ON secrets FOR UPDATE TO %I USING (true) WITH CHECK (true)', v_reader);
      EXECUTE format('GRANT UPDATE (expiry_noted) ON secrets TO %I', v_reader);
    END IF;
  END
  $$`;

/** Holds the columns of a change that both tables have. */
const COLUMNS = `
  secret_id    uuid             NOT NULL,
  key          text COLLATE "C" NOT NULL,
  change       text             NOT NULL,
  version      integer          NOT NULL,
  revision     integer          NOT NULL,
  visibility   text             NOT NULL,
  created_by   uuid             NOT NULL,
  former_owner uuid,
  mark         uuid             NOT NULL,`;

const FEED = `
  DO $$
  DECLARE
    v_app    text := ${APP};
    v_reader text := ${READER};
    v_table  text;
  BEGIN
    IF to_regclass('secret_changes') IS NOT NULL THEN
      RETURN;
    END IF;
    CREATE TABLE secret_changes_pending (
      tenant_id    uuid             NOT NULL,
      id           bigint           GENERATED ALWAYS AS IDENTITY,${COLUMNS}
      changed_at   timestamptz(3)   NOT NULL DEFAULT clock_timestamp(),
      CONSTRAINT pk_secret_changes_pending PRIMARY KEY (tenant_id, id)
    ) WITH (vacuum_truncate = off);
    CREATE TYPE secret_change AS (
      tenant_id uuid, secret_id uuid, key text, change text, version integer, revision integer, visibility text,
      created_by uuid, former_owner uuid, mark uuid
    );
    CREATE TABLE secret_changes (
      tenant_id    uuid             NOT NULL,
      position     bigint           NOT NULL,${COLUMNS}
      changed_at   timestamptz(3)   NOT NULL,
      CONSTRAINT pk_secret_changes PRIMARY KEY (tenant_id, position)
    );
    CREATE UNIQUE INDEX uq_secret_changes_position ON secret_changes (position);
    CREATE INDEX ix_secret_changes_global ON secret_changes (position) WHERE visibility = 'global';

    FOREACH v_table IN ARRAY ARRAY['secret_changes_pending', 'secret_changes'] LOOP
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_table);
      EXECUTE format(
        'CREATE POLICY tenant_rows ON %I
           USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid))
           WITH CHECK (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)',
        v_table
      );
      EXECUTE format('CREATE POLICY reader_rows ON %I TO %I USING (true) WITH CHECK (true)', v_table, v_reader);
      EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO %I', v_table, v_reader);
    END LOOP;
    EXECUTE format('GRANT INSERT ON secret_changes_pending TO %I', v_app);

    INSERT INTO secret_changes (
      tenant_id, position, secret_id, key, change, version, revision, visibility, created_by, mark, changed_at
    ) SELECT nil, 0, nil, '', 'origin', 0, 0, 'private', nil, gen_random_uuid(), now()
    FROM (VALUES ('00000000-0000-0000-0000-000000000000'::uuid)) AS nobody (nil);
  END
  $$`;
