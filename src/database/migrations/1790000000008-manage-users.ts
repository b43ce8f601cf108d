import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './definer-function.js';
import { roleNames } from './role-names.js';

/** What managing users needs: a flag of theirs, roles that can be given and taken, and a look for what they own. */
export class ManageUsers1790000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(`
      ALTER TABLE users ADD show_getting_started boolean NOT NULL DEFAULT true;
      GRANT INSERT, DELETE ON role_permissions TO ${roles.app};
    `);
    await runner.query(OWNS_SECRETS);
    await runner.query(definerFunction('user_owns_secrets(uuid)', roles));
  }

  async down(runner: QueryRunner): Promise<void> {
    const { app } = await roleNames(runner);
    await runner.query(`
      DROP FUNCTION user_owns_secrets;
      REVOKE INSERT, DELETE ON role_permissions FROM ${app};
      ALTER TABLE users DROP show_getting_started;
    `);
  }
}

/** Whether there are secrets of that user in any tenant: yes or no, and nothing of them. */
const OWNS_SECRETS = `
  CREATE FUNCTION user_owns_secrets(p_user uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM secrets WHERE created_by = p_user)
  $$;
`;
