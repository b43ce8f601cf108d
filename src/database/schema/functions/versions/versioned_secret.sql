-- Finds the secret whose versions a caller asks for: the one place that decides whether they are there at all. Sets the
-- tenant of the policies. Outcomes: ok, with the id; not_found, if there is none that the caller sees; foreign, if there is
-- a global one of another tenant, whose versions are for that tenant.
CREATE OR REPLACE FUNCTION versioned_secret(
  p_tenant uuid, p_key text, p_user uuid, p_administers boolean, OUT outcome text, OUT id uuid
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  SELECT s.id INTO id FROM secrets s
  WHERE s.tenant_id = p_tenant AND s.key = p_key COLLATE "C"
    AND (s.visibility <> 'private' OR s.created_by = p_user OR p_administers);
  outcome := CASE
    WHEN FOUND THEN 'ok'
    WHEN EXISTS (
      SELECT FROM secrets g WHERE g.visibility = 'global' AND g.key = p_key COLLATE "C" AND g.tenant_id <> p_tenant
    ) THEN 'foreign'
    ELSE 'not_found'
  END;
END
$$;

REVOKE ALL ON FUNCTION versioned_secret FROM PUBLIC;
GRANT EXECUTE ON FUNCTION versioned_secret TO :"app_role";
