import type { MigrationInterface, QueryRunner } from 'typeorm';

const NAMED = `nullif(current_setting('app.tenant', true), '')::uuid`;
const OWNERS = { secrets: 'tenant_id', audit_events: 'log_id' };

/**
 * The tenant that a transaction names is read from its setting once a statement. It was read, and made an id of, for each
 * row that a list went through.
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
    .map(([table, owner]) => {
      const own = `(${owner} = ${tenant})`;
      return `ALTER POLICY tenant_rows ON ${table} USING ${own} WITH CHECK ${own};`;
    })
    .join('\n');
}
