-- Tells whether there is something to seal: events are waiting, or reads of exports are to be noted.
CREATE OR REPLACE FUNCTION audit_sealing_is_due() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM audit_pending) OR EXISTS (SELECT FROM secret_reads_pending);
END
$$;

ALTER FUNCTION audit_sealing_is_due OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION audit_sealing_is_due FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_sealing_is_due TO :"app_role";
