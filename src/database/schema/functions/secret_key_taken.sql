-- Says whether another tenant stands in the way of a key: with a global secret of it or, where a global one is
-- wanted, with any. The answer holds until the transaction ends, because the key is locked first: nobody else can
-- make it global or, where a global one is wanted, use it at all.
--
-- Each kind has a statement of its own: one statement for both would be planned again at each call.
CREATE OR REPLACE FUNCTION secret_key_taken(p_tenant uuid, p_key text, p_global boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  IF p_global THEN
    PERFORM pg_advisory_xact_lock(secret_key_bucket(p_key));
    RETURN EXISTS (
      SELECT FROM secrets s WHERE s.key = p_key COLLATE "C" AND s.tenant_id <> p_tenant AND s.visibility = 'global'
    ) OR EXISTS (
      SELECT FROM tenants t JOIN secrets s ON s.tenant_id = t.id AND s.key = p_key COLLATE "C" WHERE t.id <> p_tenant
    );
  END IF;
  PERFORM pg_advisory_xact_lock_shared(secret_key_bucket(p_key));
  RETURN EXISTS (
    SELECT FROM secrets s WHERE s.key = p_key COLLATE "C" AND s.tenant_id <> p_tenant AND s.visibility = 'global'
  );
END
$$;

ALTER FUNCTION secret_key_taken OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION secret_key_taken FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_key_taken TO :"app_role";
