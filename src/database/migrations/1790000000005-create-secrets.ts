import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './definer-function.js';
import { roleNames } from './role-names.js';
import { readerPolicy, tenantPolicy } from './tenant-policy.js';

/** A tenant's secrets, with the current value on the row: a read touches one row. */
export class CreateSecrets1790000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(`
      ${SECRETS}
      ${tenantPolicy('secrets', 'tenant_id')}
      ${readerPolicy('secrets', roles.reader)}
      GRANT SELECT, INSERT, UPDATE, DELETE ON secrets TO ${roles.app};
      GRANT SELECT ON secrets TO ${roles.reader};
    `);
    await runner.query(READ_SECRETS);
    await runner.query(definerFunction('read_secrets(uuid[], text[], uuid[], json[])', roles));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION read_secrets;
      DROP TABLE secrets;
    `);
  }
}

const SECRETS = `
  CREATE TABLE secrets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    version integer NOT NULL DEFAULT 1,
    revision integer NOT NULL DEFAULT 1,
    value bytea NOT NULL,
    key_generation integer NOT NULL,
    version_created_by uuid NOT NULL,
    version_created_at timestamptz(3) NOT NULL DEFAULT now(),
    created_by uuid NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT pk_secrets PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_secrets_key UNIQUE (tenant_id, key),
    CONSTRAINT fk_secrets_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_secrets_tenant_key FOREIGN KEY (tenant_id, key_generation)
      REFERENCES tenant_keys (tenant_id, generation),
    CONSTRAINT fk_secrets_created_by FOREIGN KEY (created_by) REFERENCES users (id),
    CONSTRAINT fk_secrets_version_created_by FOREIGN KEY (version_created_by) REFERENCES users (id),
    CONSTRAINT ck_secrets_key CHECK (key ~ '^[A-Za-z][A-Za-z0-9._~-]{0,255}$'),
    CONSTRAINT ck_secrets_version CHECK (version > 0),
    CONSTRAINT ck_secrets_revision CHECK (revision > 0)
  );
  CREATE INDEX ix_secrets_created_at ON secrets (tenant_id, created_at, key) INCLUDE (id);
  CREATE INDEX ix_secrets_key_generation ON secrets (tenant_id, key_generation);
`;

/**
 * Reads many secrets and records each read in the same statement. Answers carry the ordinal of their question; what
 * they hold opens only for the tenant and key that were asked for.
 */
const READ_SECRETS = `
  CREATE FUNCTION read_secrets(p_tenants uuid[], p_keys text[], p_events uuid[], p_callers json[])
  RETURNS TABLE (
    ordinal integer, outcome text, id uuid, version integer, revision integer, value bytea,
    created_at timestamptz, updated_at timestamptz, created_by uuid, creator text
  ) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  #variable_conflict use_column
  DECLARE
    v_at timestamptz(3) := clock_timestamp();
  BEGIN
    RETURN QUERY
    WITH asked AS (
      SELECT q.* FROM unnest(p_tenants, p_keys, p_events, p_callers)
        WITH ORDINALITY AS q (tenant_id, key, event_id, caller, ordinal)
    ), answered AS (
      SELECT a.ordinal, a.tenant_id, a.key, a.event_id, a.caller,
             CASE WHEN s.id IS NULL THEN 'not_found' ELSE 'ok' END AS outcome,
             s.id, s.version, s.revision, s.value, s.created_at, s.updated_at, s.created_by, u.username
      FROM asked a
      LEFT JOIN secrets s ON s.tenant_id = a.tenant_id AND s.key = a.key COLLATE "C"
      LEFT JOIN users u ON u.id = s.created_by
    ), recorded AS (
      INSERT INTO audit_events (log_id, id, at, body)
      SELECT a.tenant_id, a.event_id, v_at,
             audit_body(a.event_id, v_at, a.tenant_id, 'secret.read', a.key, a.version, a.outcome, a.caller, NULL)
      FROM answered a
    )
    SELECT a.ordinal::integer, a.outcome, a.id, a.version, a.revision, a.value, a.created_at, a.updated_at,
           a.created_by, a.username
    FROM answered a;
  END
  $$;
`;
