import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds the tenant role `auditor` and the permissions to read the audit trail. Finds all of it in place where the baseline
 * has made it.
 */
export class ExpandAuditReading1800000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$
      DECLARE
        v_table text;
      BEGIN
        FOREACH v_table IN ARRAY ARRAY['tenant_users', 'tenant_user_groups'] LOOP
          CONTINUE WHEN EXISTS (
            SELECT FROM pg_constraint c WHERE c.conrelid = v_table::regclass AND c.conname = 'ck_' || v_table || '_role'
              AND strpos(pg_get_constraintdef(c.oid), '''auditor''') > 0
          );
          EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', v_table, 'ck_' || v_table || '_role');
          EXECUTE format(
            'ALTER TABLE %I ADD CONSTRAINT %I CHECK (role IN (''manager'', ''user'', ''operations'', ''viewer'', ''auditor''))',
            v_table, 'ck_' || v_table || '_role'
          );
        END LOOP;

        INSERT INTO role_permissions (role, permission)
        SELECT 'auditor', unnest('{tenant_list, user_get_self, token_get, version_get, status_get, maintenance_mode_get,
                                   license_list, create_token, delete_token, list_token}'::text[])
        UNION ALL VALUES ('auditor', 'audit_get'), ('manager', 'audit_get'), ('sys_admin', 'audit_get'),
                         ('sys_admin', 'audit_get_all')
        ON CONFLICT DO NOTHING;
      END
      $$`);
  }

  /** Auditors lose their membership, because programs without this migration know no such role. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM role_permissions WHERE role = 'auditor' OR permission IN ('audit_get', 'audit_get_all');
      DELETE FROM tenant_users WHERE role = 'auditor';
      DELETE FROM tenant_user_groups WHERE role = 'auditor';
      ALTER TABLE tenant_users DROP CONSTRAINT ck_tenant_users_role, ADD CONSTRAINT ck_tenant_users_role
        CHECK (role IN ('manager', 'user', 'operations', 'viewer'));
      ALTER TABLE tenant_user_groups DROP CONSTRAINT ck_tenant_user_groups_role, ADD CONSTRAINT ck_tenant_user_groups_role
        CHECK (role IN ('manager', 'user', 'operations', 'viewer'))`);
  }
}
