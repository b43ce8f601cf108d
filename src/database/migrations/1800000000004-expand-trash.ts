import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds what the trash needs: its index, the setting of tenants and the permissions. Finds all of it in place where the
 * baseline has made it.
 *
 * The index is built within the transaction: it is empty, so writes wait for one scan of the table, and it can be built
 * beside a backup, for which CREATE INDEX CONCURRENTLY would have to wait.
 */
export class ExpandTrash1800000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE tenant_settings ADD COLUMN IF NOT EXISTS trash_days integer
        CONSTRAINT ck_tenant_settings_trash_days CHECK (trash_days > 0);
      CREATE INDEX IF NOT EXISTS ix_secrets_trash ON secrets (tenant_id, deleted_at, id)
        WHERE deleted_at IS NOT NULL;
      INSERT INTO role_permissions (role, permission)
      SELECT role, permission
      FROM (VALUES
        ('{sys_admin, manager, user, operations, viewer}'::text[], 'trash_list'),
        ('{sys_admin, manager, user}', 'secret_restore'),
        ('{sys_admin, manager}', 'secret_purge')
      ) AS added (roles, permission), unnest(roles) AS role
      ON CONFLICT DO NOTHING`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM role_permissions WHERE permission IN ('trash_list', 'secret_restore', 'secret_purge');
      DROP INDEX ix_secrets_trash;
      ALTER TABLE tenant_settings DROP COLUMN trash_days`);
  }
}
