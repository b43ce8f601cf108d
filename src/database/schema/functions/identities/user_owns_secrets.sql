-- Tells whether a user owns a secret in any tenant, and reveals nothing else about it.
--
-- Checks one tenant after the other so that each look-up uses the index on owners; LIMIT keeps the planner from
-- choosing a different join.
CREATE OR REPLACE FUNCTION user_owns_secrets(p_user uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM tenants t, LATERAL (
      SELECT FROM secrets s WHERE s.tenant_id = t.id AND s.created_by = p_user LIMIT 1
    ) owned
  )
$$;

ALTER FUNCTION user_owns_secrets OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION user_owns_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_owns_secrets TO :"app_role";
