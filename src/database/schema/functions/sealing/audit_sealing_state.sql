-- Tells whether events are waiting to be sealed, and in which database: the incarnation that sealed last, and the present
-- one, which is noted where there is none yet.
CREATE OR REPLACE FUNCTION audit_sealing_state()
RETURNS TABLE (is_pending boolean, installation_id uuid, sealed_by text, incarnation text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_present text := database_incarnation();
BEGIN
  IF EXISTS (SELECT FROM installation i WHERE i.incarnation IS NULL) THEN
    UPDATE installation SET incarnation = v_present WHERE incarnation IS NULL;
  END IF;
  RETURN QUERY
  SELECT EXISTS (SELECT FROM audit_pending), i.id, i.incarnation, v_present FROM installation i;
END
$$;

ALTER FUNCTION audit_sealing_state OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION audit_sealing_state FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_sealing_state TO :"app_role";
