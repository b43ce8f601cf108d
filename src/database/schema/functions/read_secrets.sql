-- Reads many secrets and records each read, in one statement. Each answer carries the ordinal of its question.
--
-- A secret of the caller's tenant goes before a global one. A private secret exists only for its creator and the
-- administrators of its tenant. The hidden value of another user is given to administrators of the secret's tenant
-- only and is NULL for everyone else; so are provider options, hidden or not. The event goes to the log of the
-- secret's tenant or, where there is no secret, of the caller's tenant. Of a reader from another tenant, the log of the
-- secret's tenant holds the ids of user and tenant, but neither name nor address.
CREATE OR REPLACE FUNCTION read_secrets(
  p_tenants uuid[], p_keys text[], p_events uuid[], p_callers json[], p_users uuid[], p_administrators boolean[]
) RETURNS TABLE (
  ordinal integer, outcome text, tenant_id uuid, tenant_name text, id uuid, version integer, revision integer,
  value bytea, visibility text, is_hidden_value boolean, created_at timestamptz, updated_at timestamptz,
  created_by uuid, creator text, schema json, provider_name text, provider_options bytea
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
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
           CASE WHEN s.provider_options IS NOT NULL AND (
                       s.created_by = a.user_id
                       OR CASE WHEN s.tenant_id = a.reader_id THEN a.administers
                               ELSE user_may(a.user_id, s.tenant_id, 'administrators') END)
                THEN s.provider_options END AS provider_options,
           s.schema, s.provider_name, s.created_at, s.updated_at, s.created_by, u.username
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
    SELECT record_events(ARRAY(SELECT ROW(
             coalesce(a.tenant_id, a.reader_id), a.event_id, 'secret.read', a.key, a.id, a.version, a.revision, a.outcome,
             CASE WHEN a.tenant_id <> a.reader_id THEN
               json_build_object('actor_id', a.caller->'actor_id', 'actor_name', NULL, 'method', a.caller->'method',
                                 'request_id', a.caller->'request_id', 'address', NULL)
             ELSE a.caller END,
             CASE WHEN a.tenant_id <> a.reader_id THEN json_build_object('reader_tenant', a.reader_id) END
           )::audit_entry FROM answered a))
  )
  SELECT a.ordinal::integer, a.outcome, a.tenant_id, a.name, a.id, a.version, a.revision, a.value, a.visibility,
         a.is_hidden_value, a.created_at, a.updated_at, a.created_by, a.username, a.schema, a.provider_name,
         a.provider_options
  FROM answered a, recorded;
END
$$;

ALTER FUNCTION read_secrets OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_secrets TO :"app_role";
