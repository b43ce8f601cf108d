import type { QueryRunner } from 'typeorm';
import { definerFunction } from './definer-function.js';
import type { RoleNames } from './role-names.js';

/** `read_secrets` as it first was; the migration that replaced it brings it back when it is undone. */
export async function createReadFunction(runner: QueryRunner, roles: RoleNames): Promise<void> {
  await runner.query(READ_SECRETS);
  await runner.query(definerFunction('read_secrets(uuid[], text[], uuid[], json[])', roles));
}

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
