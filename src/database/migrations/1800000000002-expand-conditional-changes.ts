import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds what conditional changes need: the mark and the last author of each secret, and the settings of tenants. Finds
 * all of it in place where the baseline has made it. Rows from before share one random mark, so that they need not be
 * rewritten.
 */
export class ExpandConditionalChanges1800000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$
      BEGIN
        EXECUTE format('ALTER TABLE secrets ADD COLUMN IF NOT EXISTS mark uuid NOT NULL DEFAULT %L', gen_random_uuid());
        ALTER TABLE secrets ALTER COLUMN mark SET DEFAULT gen_random_uuid();
        ALTER TABLE secrets ADD COLUMN IF NOT EXISTS updated_by uuid
          CONSTRAINT fk_secrets_updated_by REFERENCES users (id);

        CREATE TABLE IF NOT EXISTS tenant_settings (
          tenant_id        uuid    NOT NULL,
          require_if_match boolean NOT NULL DEFAULT false,
          CONSTRAINT pk_tenant_settings PRIMARY KEY (tenant_id),
          CONSTRAINT fk_tenant_settings_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
        );
        EXECUTE format(
          'GRANT SELECT, INSERT, UPDATE ON tenant_settings TO %I',
          coalesce(nullif(current_setting('strongroom.app_role', true), ''), 'strongroom_app')
        );
        INSERT INTO role_permissions (role, permission)
        VALUES ('sys_admin', 'tenant_update_settings'), ('manager', 'tenant_update_settings')
        ON CONFLICT DO NOTHING;
      END
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM role_permissions WHERE permission = 'tenant_update_settings';
      DROP TABLE tenant_settings;
      ALTER TABLE secrets DROP COLUMN updated_by, DROP COLUMN mark`);
  }
}
