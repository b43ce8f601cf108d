import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roleNames } from './role-names.js';

/** Lets the service make a tenant a tombstone, and keeps of a group which one of a directory it stands for. */
export class ManageTenants1790000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { app } = await roleNames(runner);
    await runner.query(`
      GRANT UPDATE (deleted_at) ON tenants TO ${app};
      ALTER TABLE user_groups ADD ldap_dn text COLLATE "C";
      CREATE UNIQUE INDEX uq_user_groups_ldap_dn ON user_groups (lower(ldap_dn));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { app } = await roleNames(runner);
    await runner.query(`
      ALTER TABLE user_groups DROP ldap_dn;
      REVOKE UPDATE (deleted_at) ON tenants FROM ${app};
    `);
  }
}
