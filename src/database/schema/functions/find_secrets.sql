-- Returns secrets as they are stored, for callers who are about to change them, each under its tenant's policy.
-- Records nothing: the change is recorded. An answer without an id means that the tenant has no such secret;
-- is_foreign then says whether another tenant has a global one.
CREATE OR REPLACE FUNCTION find_secrets(p_tenants uuid[], p_keys text[])
RETURNS TABLE (
  ordinal integer, is_foreign boolean, id uuid, version integer, revision integer, value bytea, visibility text,
  is_hidden_value boolean, schema json, provider_name text, provider_options bytea, created_by uuid, creator text,
  created_at timestamptz, updated_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_asked record;
BEGIN
  FOR v_asked IN SELECT * FROM unnest(p_tenants, p_keys) WITH ORDINALITY AS w (tenant_id, key, ordinal) LOOP
    PERFORM set_config('app.tenant', v_asked.tenant_id::text, true);
    RETURN QUERY
    SELECT v_asked.ordinal::integer, false, s.id, s.version, s.revision, s.value, s.visibility, s.is_hidden_value,
           s.schema, s.provider_name, s.provider_options, s.created_by, u.username, s.created_at, s.updated_at
    FROM secrets s JOIN users u ON u.id = s.created_by
    WHERE s.tenant_id = v_asked.tenant_id AND s.key = v_asked.key COLLATE "C";
    CONTINUE WHEN FOUND;
    ordinal := v_asked.ordinal;
    is_foreign := EXISTS (
      SELECT FROM secrets g
      WHERE g.visibility = 'global' AND g.key = v_asked.key COLLATE "C" AND g.tenant_id <> v_asked.tenant_id
    );
    RETURN NEXT;
  END LOOP;
END
$$;

REVOKE ALL ON FUNCTION find_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_secrets TO :"app_role";
