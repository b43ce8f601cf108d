import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds what the retention of the audit trail needs: the setting of tenants, and what is still to be deleted of pruned logs.
 * Finds all of it in place where the baseline has made it.
 */
export class ExpandAuditRetention1800000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE tenant_settings ADD COLUMN IF NOT EXISTS audit_days integer
        CONSTRAINT ck_tenant_settings_audit_days CHECK (audit_days >= 0);
      ALTER TABLE audit_pruned ADD COLUMN IF NOT EXISTS removed bigint NOT NULL DEFAULT 0;
      CREATE TABLE IF NOT EXISTS audit_removals (
        log_id uuid NOT NULL,
        month  date NOT NULL,
        CONSTRAINT pk_audit_removals PRIMARY KEY (log_id, month)
      );
      ALTER TABLE audit_removals ENABLE ROW LEVEL SECURITY;
      DROP POLICY IF EXISTS tenant_rows ON audit_removals;
      CREATE POLICY tenant_rows ON audit_removals
        USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
        WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION IF EXISTS find_prunable_log, first_recent_leaf, prune_audit_log, remove_pruned_leaves,
        audit_removal_months, drop_audit_partition, remove_pruned_events, audit_horizon, audit_pruning_limit, audit_node,
        audit_month;
      DROP TABLE audit_removals;
      ALTER TABLE audit_pruned DROP COLUMN removed;
      ALTER TABLE tenant_settings DROP COLUMN audit_days`);
  }
}
