import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ALL_FAILURES, findIdentities } from './identities-function.js';
import { roleNames } from './role-names.js';

/** The look-up of who is calling as one function, whose plan does not depend on how many questions travel together. */
export class FindIdentities1790000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { app } = await roleNames(runner);
    await runner.query(findIdentities(ALL_FAILURES));
    await runner.query(`
      REVOKE ALL ON FUNCTION find_identities FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION find_identities TO ${app};
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION find_identities');
  }
}
