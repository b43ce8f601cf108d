import type { MigrationInterface, QueryRunner } from 'typeorm';

const NAMED = `string_to_array(nullif(current_setting('app.tenants', true), ''), ',')::uuid[]`;

/**
 * The tenants that a list names to the policy are read from its setting once a statement and looked up by hash. They
 * were read and gone through for each row, so that a list over thousands of tenants came to no end.
 */
export class LookTenantsUp1790000000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER POLICY tenant_set ON secrets USING (tenant_id IN (SELECT unnest(${NAMED})))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER POLICY tenant_set ON secrets USING (tenant_id = ANY (${NAMED}))`);
  }
}
