import type { MigrationInterface, QueryRunner } from 'typeorm';

const NAMED = `nullif(current_setting('app.tenant', true), '')::uuid`;
const OWNERS = { secrets: 'tenant_id', audit_events: 'log_id' };

/**
 * The tenant that a transaction names is read from its setting once a statement. It was read, and made an id of, for each
 * row that a list went through. What is written is still compared row by row: `create_secrets` names a tenant for each.
 */
export class ReadTenantOnce1790000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(alter(`(SELECT ${NAMED})`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(alter(NAMED));
  }
}

function alter(tenant: string): string {
  return Object.entries(OWNERS)
    .map(
      ([table, owner]) =>
        `ALTER POLICY tenant_rows ON ${table} USING (${owner} = ${tenant}) WITH CHECK (${owner} = ${NAMED});`,
    )
    .join('\n');
}
