-- Removes the versions of a secret beyond its limit, under the policy of the tenant that the transaction names. Numbers are
-- without gaps, so the limit counts them, destroyed versions included.
CREATE OR REPLACE FUNCTION prune_secret_versions(p_tenant uuid, p_secret uuid, p_current integer, p_max integer)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_last integer := p_current - secret_version_limit(p_tenant, p_max);
BEGIN
  IF v_last > 0 THEN
    DELETE FROM secret_versions v WHERE v.tenant_id = p_tenant AND v.secret_id = p_secret AND v.version <= v_last;
  END IF;
END
$$;

REVOKE ALL ON FUNCTION prune_secret_versions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_secret_versions TO :"app_role";
