import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './definer-function.js';
import { roleNames } from './role-names.js';
import { createReadFunction } from './read-function.js';
import { createVisibleReadFunction } from './visible-read-function.js';

const TAKEN = 'secret_key_taken(uuid, text, boolean)';

/** Private and global secrets, hidden values, and the one rule of who sees what. */
export class AddVisibility1790000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(`
      ALTER TABLE secrets
        ADD visibility text NOT NULL DEFAULT 'tenant',
        ADD is_hidden_value boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT ck_secrets_visibility CHECK (visibility IN ('private', 'tenant', 'global'));
      DROP INDEX ix_secrets_created_at;
      CREATE INDEX ix_secrets_created_at ON secrets (tenant_id, created_at, key)
        INCLUDE (id, visibility, created_by);
      CREATE UNIQUE INDEX uq_secrets_global_key ON secrets (key) WHERE visibility = 'global';
      CREATE POLICY global_rows ON secrets FOR SELECT USING (visibility = 'global');
      GRANT SELECT (id, name) ON tenants TO ${roles.reader};
      GRANT SELECT (system_role) ON users TO ${roles.reader};
      GRANT SELECT ON user_groups, user_group_members, tenant_users, tenant_user_groups, role_permissions
        TO ${roles.reader};
    `);
    await runner.query(USER_MAY);
    await runner.query(`
      REVOKE ALL ON FUNCTION user_may FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION user_may TO ${roles.app}, ${roles.reader};
      DROP FUNCTION read_secrets;
    `);
    await createVisibleReadFunction(runner, roles);
    await runner.query(KEY_TAKEN);
    await runner.query(definerFunction(TAKEN, roles));
  }

  async down(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(`
      DROP FUNCTION read_secrets, secret_key_taken, user_may;
      REVOKE SELECT ON user_groups, user_group_members, tenant_users, tenant_user_groups, role_permissions
        FROM ${roles.reader};
      REVOKE SELECT (system_role) ON users FROM ${roles.reader};
      REVOKE SELECT (id, name) ON tenants FROM ${roles.reader};
      DROP POLICY global_rows ON secrets;
      DROP INDEX uq_secrets_global_key, ix_secrets_created_at;
      ALTER TABLE secrets DROP visibility, DROP is_hidden_value;
      CREATE INDEX ix_secrets_created_at ON secrets (tenant_id, created_at, key) INCLUDE (id);
    `);
    await createReadFunction(runner, roles);
  }
}

/** Whether a user's roles, the system's and the tenant's, direct and through groups, hold a permission in a tenant. */
const USER_MAY = `
  CREATE FUNCTION user_may(p_user uuid, p_tenant uuid, p_permission text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
      SELECT FROM role_permissions p WHERE p.permission = p_permission COLLATE "C" AND p.role IN (
        SELECT u.system_role FROM users u WHERE u.id = p_user
        UNION SELECT g.system_role FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
          WHERE m.user_id = p_user
        UNION SELECT tu.role FROM tenant_users tu WHERE tu.tenant_id = p_tenant AND tu.user_id = p_user
        UNION SELECT tg.role FROM user_group_members m JOIN tenant_user_groups tg ON tg.group_id = m.group_id
          WHERE m.user_id = p_user AND tg.tenant_id = p_tenant
      )
    )
  $$;
`;

/**
 * Whether another tenant stands in the way of a key: by a global secret of it, or, where a global one is wanted, by any.
 * Until the transaction ends nobody else can make the key global (or, where a global one is wanted, use it at all), so
 * the answer holds.
 */
const KEY_TAKEN = `
  CREATE FUNCTION secret_key_taken(p_tenant uuid, p_key text, p_global boolean) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  BEGIN
    IF p_global THEN
      PERFORM pg_advisory_xact_lock(hashtextextended('secret key ' || p_key, 0));
    ELSE
      PERFORM pg_advisory_xact_lock_shared(hashtextextended('secret key ' || p_key, 0));
    END IF;
    RETURN EXISTS (
      SELECT FROM secrets s WHERE s.key = p_key COLLATE "C" AND s.tenant_id <> p_tenant AND s.visibility = 'global'
    ) OR p_global AND EXISTS (
      SELECT FROM tenants t JOIN secrets s ON s.tenant_id = t.id AND s.key = p_key COLLATE "C" WHERE t.id <> p_tenant
    );
  END
  $$;
`;
