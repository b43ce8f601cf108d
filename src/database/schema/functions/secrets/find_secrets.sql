-- Finds secrets that the caller is about to write, each under its tenant's policy. Records nothing, since the write
-- does. A row without a secret means that the tenant has no secret of that key; is_foreign then tells whether another
-- tenant has a global one.
CREATE OR REPLACE FUNCTION find_secrets(p_tenants uuid[], p_keys text[])
RETURNS TABLE (ordinal integer, is_foreign boolean, secret secrets, creator_name text)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  r record;
BEGIN
  FOR r IN
    SELECT * FROM unnest(p_tenants, p_keys) WITH ORDINALITY AS asked (tenant_id, key, ordinal)
  LOOP
    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    RETURN QUERY
    SELECT r.ordinal::integer, false, s, u.username
    FROM secrets s JOIN users u ON u.id = s.created_by
    WHERE s.tenant_id = r.tenant_id AND s.key = r.key COLLATE "C";
    CONTINUE WHEN FOUND;
    RETURN QUERY
    SELECT r.ordinal::integer, EXISTS (
      SELECT FROM secrets g WHERE g.visibility = 'global' AND g.key = r.key COLLATE "C" AND g.tenant_id <> r.tenant_id
    ), NULL::secrets, NULL::text;
  END LOOP;
END
$$;

REVOKE ALL ON FUNCTION find_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_secrets TO :"app_role";
