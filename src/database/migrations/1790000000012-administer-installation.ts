import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roleNames } from './role-names.js';

/** Maintenance mode, a first administrator who stays, keys that end with their tenant, and an index on owners. */
export class AdministerInstallation1790000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { app } = await roleNames(runner);
    await runner.query(`
      ${MAINTENANCE}
      GRANT SELECT, UPDATE ON maintenance TO ${app};
      GRANT UPDATE (retired_at) ON tenant_keys TO ${app};
      ${BOOTSTRAP}
      CREATE INDEX ix_secrets_created_by ON secrets (tenant_id, created_by);
    `);
    await runner.query(ownsSecrets(BY_TENANT));
  }

  async down(runner: QueryRunner): Promise<void> {
    const { app } = await roleNames(runner);
    await runner.query(ownsSecrets('SELECT FROM secrets WHERE created_by = p_user'));
    await runner.query(`
      DROP INDEX ix_secrets_created_by;
      ALTER TABLE users DROP is_bootstrap;
      REVOKE UPDATE (retired_at) ON tenant_keys FROM ${app};
      DROP TABLE maintenance;
    `);
  }
}

/** One row: active since a time, or not. */
const MAINTENANCE = `
  CREATE TABLE maintenance (
    singleton boolean NOT NULL DEFAULT true,
    activated_at timestamptz(3),
    activated_by uuid,
    CONSTRAINT pk_maintenance PRIMARY KEY (singleton),
    CONSTRAINT ck_maintenance_singleton CHECK (singleton),
    CONSTRAINT fk_maintenance_activated_by FOREIGN KEY (activated_by) REFERENCES users (id)
  );
  INSERT INTO maintenance DEFAULT VALUES;
`;

/** The oldest administrator is the first one: ids begin with the time at which the service made them. */
const BOOTSTRAP = `
  ALTER TABLE users ADD is_bootstrap boolean NOT NULL DEFAULT false;
  UPDATE users SET is_bootstrap = true WHERE id = (
    SELECT id FROM users WHERE system_role = 'sys_admin' AND deleted_at IS NULL ORDER BY id LIMIT 1
  );
  CREATE UNIQUE INDEX uq_users_bootstrap ON users (is_bootstrap) WHERE is_bootstrap AND deleted_at IS NULL;
`;

/** Tenant by tenant, so that each look finds its way by the index; LIMIT keeps the planner from joining otherwise. */
const BY_TENANT = `
  SELECT FROM tenants t, LATERAL (
    SELECT FROM secrets s WHERE s.tenant_id = t.id AND s.created_by = p_user LIMIT 1
  ) owned`;

/** Keeps its owner and who may call it. */
function ownsSecrets(look: string): string {
  return `
    CREATE OR REPLACE FUNCTION user_owns_secrets(p_user uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT EXISTS (${look})
    $$;
  `;
}
