-- Tells whether another tenant has a secret of this key, and reveals nothing else about it. Checks one tenant after the
-- other so that each look-up uses the index.
CREATE OR REPLACE FUNCTION secret_key_elsewhere(p_tenant uuid, p_key text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM tenants t JOIN secrets s ON s.tenant_id = t.id AND s.key = p_key COLLATE "C" WHERE t.id <> p_tenant
  )
$$;

ALTER FUNCTION secret_key_elsewhere OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION secret_key_elsewhere FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_key_elsewhere TO :"app_role";
