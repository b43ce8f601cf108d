import type { QueryRunner } from 'typeorm';
import { definerFunction } from './definer-function.js';
import type { RoleNames } from './role-names.js';

/** What a call of `read_secrets` names since there are visibilities. */
export const READ_SIGNATURE = 'read_secrets(uuid[], text[], uuid[], json[], uuid[], boolean[])';

/** `read_secrets` as visibility made it; the migration that replaced it brings it back when it is undone. */
export async function createVisibleReadFunction(runner: QueryRunner, roles: RoleNames): Promise<void> {
  await runner.query(READ_SECRETS);
  await runner.query(definerFunction(READ_SIGNATURE, roles));
}

/**
 * Reads many secrets and records each read in the same statement. A secret of the caller's tenant goes before a global
 * one; a private one is there for its creator and the tenant's administrators only. A hidden value of somebody else is
 * given to administrators of its own tenant only, and is NULL for others. The event goes to the log of the secret's
 * tenant, or of the caller's where there is none. Answers carry the ordinal of their question; what they hold opens
 * only for the tenant and key that were asked for.
 */
const READ_SECRETS = `
  CREATE FUNCTION read_secrets(
    p_tenants uuid[], p_keys text[], p_events uuid[], p_callers json[], p_users uuid[], p_administrators boolean[]
  ) RETURNS TABLE (
    ordinal integer, outcome text, tenant_id uuid, tenant_name text, id uuid, version integer, revision integer,
    value bytea, visibility text, is_hidden_value boolean, created_at timestamptz, updated_at timestamptz,
    created_by uuid, creator text
  ) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  #variable_conflict use_column
  DECLARE
    v_at timestamptz(3) := clock_timestamp();
  BEGIN
    RETURN QUERY
    WITH asked AS (
      SELECT q.* FROM unnest(p_tenants, p_keys, p_events, p_callers, p_users, p_administrators)
        WITH ORDINALITY AS q (reader_id, key, event_id, caller, user_id, administers, ordinal)
    ), answered AS (
      SELECT a.ordinal, a.reader_id, a.key, a.event_id, a.caller,
             CASE WHEN s.id IS NULL THEN 'not_found' ELSE 'ok' END AS outcome,
             s.tenant_id, t.name, s.id, s.version, s.revision, s.visibility, s.is_hidden_value,
             CASE WHEN NOT s.is_hidden_value OR s.created_by = a.user_id
                    OR CASE WHEN s.tenant_id = a.reader_id THEN a.administers
                            ELSE user_may(a.user_id, s.tenant_id, 'administrators') END
                  THEN s.value END AS value,
             s.created_at, s.updated_at, s.created_by, u.username
      FROM asked a
      LEFT JOIN LATERAL (
        SELECT * FROM (
          SELECT o.* FROM secrets o WHERE o.tenant_id = a.reader_id AND o.key = a.key COLLATE "C"
            AND (o.visibility <> 'private' OR o.created_by = a.user_id OR a.administers)
          UNION ALL
          SELECT g.* FROM secrets g WHERE g.visibility = 'global' AND g.key = a.key COLLATE "C"
            AND g.tenant_id <> a.reader_id
        ) candidates ORDER BY candidates.tenant_id <> a.reader_id LIMIT 1
      ) s ON true
      LEFT JOIN users u ON u.id = s.created_by
      LEFT JOIN tenants t ON t.id = s.tenant_id
    ), recorded AS (
      INSERT INTO audit_events (log_id, id, at, body)
      SELECT coalesce(a.tenant_id, a.reader_id), a.event_id, v_at,
             audit_body(a.event_id, v_at, coalesce(a.tenant_id, a.reader_id), 'secret.read', a.key, a.version,
                        a.outcome, a.caller,
                        CASE WHEN a.tenant_id <> a.reader_id THEN json_build_object('reader_tenant', a.reader_id) END)
      FROM answered a
    )
    SELECT a.ordinal::integer, a.outcome, a.tenant_id, a.name, a.id, a.version, a.revision, a.value, a.visibility,
           a.is_hidden_value, a.created_at, a.updated_at, a.created_by, a.username
    FROM answered a;
  END
  $$;
`;
