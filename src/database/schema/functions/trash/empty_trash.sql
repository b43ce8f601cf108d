-- Destroys everything in the trash of a tenant, which is about to be deleted, and returns the number of
-- secrets. Records nothing, since the event of the deletion counts them.
CREATE OR REPLACE FUNCTION empty_trash(p_tenant uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
  v_purged integer;
BEGIN
  DELETE FROM secrets s
  WHERE s.tenant_id = p_tenant AND s.deleted_at IS NOT NULL;
  GET DIAGNOSTICS v_purged = ROW_COUNT;
  RETURN v_purged;
END
$$;

REVOKE ALL ON FUNCTION empty_trash FROM PUBLIC;
GRANT EXECUTE ON FUNCTION empty_trash TO :"app_role";
