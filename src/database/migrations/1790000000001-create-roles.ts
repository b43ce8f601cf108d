import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roleNames } from './role-names.js';

/** The two roles of the service. They belong to the whole server, so `down` takes away rights, never the roles. */
export class CreateRoles1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    for (const role of [roles.app, roles.reader]) {
      await runner.query(createRole(role));
      await runner.query(joinRole(role));
    }
    await runner.query(`
      REVOKE CREATE ON SCHEMA public FROM PUBLIC;
      GRANT USAGE ON SCHEMA public TO ${roles.app}, ${roles.reader};
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(`REVOKE USAGE ON SCHEMA public FROM ${roles.app}, ${roles.reader}`);
  }
}

/** Another database of the server may make the same role at the same moment. */
function createRole(role: string): string {
  return `
    DO $$ BEGIN
      IF to_regrole('${role}') IS NULL THEN
        CREATE ROLE ${role} NOLOGIN;
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$;
  `;
}

/** From PostgreSQL 16 on, who makes a role may administer it but not act as it until it says so. */
function joinRole(role: string): string {
  return `
    DO $$ BEGIN
      IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        IF current_setting('server_version_num')::int >= 160000 THEN
          IF NOT (pg_has_role(current_user, '${role}', 'SET') AND pg_has_role(current_user, '${role}', 'USAGE')) THEN
            EXECUTE format('GRANT ${role} TO %I WITH INHERIT TRUE, SET TRUE', current_user);
          END IF;
        ELSIF NOT pg_has_role(current_user, '${role}', 'MEMBER') THEN
          EXECUTE format('GRANT ${role} TO %I', current_user);
        END IF;
      END IF;
    END $$;
  `;
}
