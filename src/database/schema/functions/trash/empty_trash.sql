-- Destroys everything in the trash of a tenant, which is about to be deleted, and returns the number of
-- secrets. Records nothing, since the event of the deletion counts them; what note_secret_reads noted is therefore removed
-- here, while it does not run.
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
  PERFORM lock_sequence('audit', true);
  DELETE FROM secret_reads r WHERE r.tenant_id = p_tenant;
  DELETE FROM secret_reads_pending p WHERE p.tenant_id = p_tenant;
  RETURN v_purged;
END
$$;

REVOKE ALL ON FUNCTION empty_trash FROM PUBLIC;
GRANT EXECUTE ON FUNCTION empty_trash TO :"app_role";
