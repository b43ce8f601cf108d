-- Locks the moves of a tenant until the transaction ends, and keeps the tenant from being deleted. A move holds rows while
-- it waits for keys; since moves of a tenant take turns, two that swap keys cannot wait for each other. Returns false,
-- with nothing locked, if the tenant was deleted.
CREATE OR REPLACE FUNCTION lock_secret_moves(p_tenant uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM FROM tenants t WHERE t.id = p_tenant AND t.deleted_at IS NULL FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('secret moves ' || p_tenant, 0));
  RETURN true;
END
$$;

REVOKE ALL ON FUNCTION lock_secret_moves FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_secret_moves TO :"app_role";
