import type { MigrationInterface, QueryRunner } from 'typeorm';

const APP_ROLE = "coalesce(nullif(current_setting('strongroom.app_role', true), ''), 'strongroom_app')";

/** Lists the roles that get each permission. */
const PERMISSIONS = `
  ('sys_admin', 'secret_version_get'), ('manager', 'secret_version_get'), ('user', 'secret_version_get'),
  ('operations', 'secret_version_get'), ('viewer', 'secret_version_get'),
  ('sys_admin', 'secret_version_restore'), ('manager', 'secret_version_restore'), ('user', 'secret_version_restore'),
  ('sys_admin', 'secret_version_destroy'), ('manager', 'secret_version_destroy'),
  ('sys_admin', 'tenant_update_bounds')`;

const COLUMNS = `
  ALTER TABLE secrets ADD COLUMN IF NOT EXISTS max_versions integer;
  ALTER TABLE secrets ADD COLUMN IF NOT EXISTS version_visibility text;
  ALTER TABLE secrets ADD COLUMN IF NOT EXISTS version_is_hidden_value boolean;
  ALTER TABLE secrets ADD COLUMN IF NOT EXISTS version_owner_id uuid
    CONSTRAINT fk_secrets_version_owner REFERENCES users (id);

  ALTER TABLE tenant_settings ADD COLUMN IF NOT EXISTS max_versions integer NOT NULL DEFAULT 20
    CONSTRAINT ck_tenant_settings_max_versions CHECK (max_versions BETWEEN 1 AND 1000);
  ALTER TABLE tenant_settings ADD COLUMN IF NOT EXISTS max_versions_lower_bound integer NOT NULL DEFAULT 1;
  IF NOT EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = 'tenant_settings'::regclass AND attname = 'max_versions_upper_bound'
  ) THEN
    ALTER TABLE tenant_settings ADD COLUMN max_versions_upper_bound integer NOT NULL DEFAULT 100,
      ADD CONSTRAINT ck_tenant_settings_max_versions_bounds
        CHECK (1 <= max_versions_lower_bound AND max_versions_lower_bound <= max_versions_upper_bound
          AND max_versions_upper_bound <= 1000);
  END IF;`;

const TABLE = `
  CREATE TABLE secret_versions (
    tenant_id       uuid           NOT NULL,
    secret_id       uuid           NOT NULL,
    version         integer        NOT NULL,
    value           bytea,
    key_generation  integer,
    visibility      text           NOT NULL,
    is_hidden_value boolean        NOT NULL,
    owner_id        uuid           NOT NULL,
    created_by      uuid           NOT NULL,
    created_at      timestamptz(3) NOT NULL,
    destroyed_by    uuid,
    destroyed_at    timestamptz(3),
    CONSTRAINT pk_secret_versions PRIMARY KEY (tenant_id, secret_id, version),
    CONSTRAINT fk_secret_versions_secret FOREIGN KEY (tenant_id, secret_id)
      REFERENCES secrets (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_secret_versions_tenant_key FOREIGN KEY (tenant_id, key_generation)
      REFERENCES tenant_keys (tenant_id, generation),
    CONSTRAINT fk_secret_versions_owner FOREIGN KEY (owner_id) REFERENCES users (id),
    CONSTRAINT fk_secret_versions_created_by FOREIGN KEY (created_by) REFERENCES users (id),
    CONSTRAINT fk_secret_versions_destroyed_by FOREIGN KEY (destroyed_by) REFERENCES users (id),
    CONSTRAINT ck_secret_versions_version CHECK (version > 0),
    CONSTRAINT ck_secret_versions_visibility CHECK (visibility IN ('private', 'tenant', 'global')),
    CONSTRAINT ck_secret_versions_value CHECK (
      (value IS NULL) = (destroyed_at IS NOT NULL) AND (key_generation IS NULL) = (destroyed_at IS NOT NULL)
      AND (destroyed_by IS NULL) = (destroyed_at IS NULL)
    )
  );
  CREATE INDEX ix_secret_versions_key_generation ON secret_versions (tenant_id, key_generation)
    WHERE key_generation IS NOT NULL;
  ALTER TABLE secret_versions ENABLE ROW LEVEL SECURITY;
  CREATE POLICY tenant_rows ON secret_versions
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
    WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON secret_versions TO %I', ${APP_ROLE});`;

/**
 * Adds the versions of secrets: their table, the limits of secrets and tenants, and what the current value was written
 * under. Finds all of it in place where the baseline has made it. Rewrites no row; values from before have no versions.
 */
export class ExpandSecretVersions1800000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$
      BEGIN
        ${COLUMNS}
        IF to_regclass('secret_versions') IS NULL THEN
          ${TABLE}
        END IF;
        INSERT INTO role_permissions (role, permission) VALUES ${PERMISSIONS} ON CONFLICT DO NOTHING;
      END
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM role_permissions WHERE (role, permission) IN (${PERMISSIONS});
      DROP TABLE secret_versions;
      ALTER TABLE tenant_settings DROP CONSTRAINT ck_tenant_settings_max_versions_bounds, DROP COLUMN max_versions_upper_bound,
        DROP COLUMN max_versions_lower_bound, DROP COLUMN max_versions;
      ALTER TABLE secrets DROP COLUMN version_owner_id, DROP COLUMN version_is_hidden_value,
        DROP COLUMN version_visibility, DROP COLUMN max_versions`);
  }
}
