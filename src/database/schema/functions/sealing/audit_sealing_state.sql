-- Tells whether the caller may seal: there is something to seal, and no other transaction seals until the end of this one.
-- Tells then whether the database is another one than the one that sealed last, whose name is noted where there is none yet.
CREATE OR REPLACE FUNCTION audit_sealing_state()
RETURNS TABLE (may_seal boolean, installation_id uuid, has_moved boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
  v_present text;
BEGIN
  IF NOT audit_sealing_is_due() OR NOT lock_sequence('audit', false) THEN
    RETURN QUERY SELECT false, i.id, false FROM installation i;
    RETURN;
  END IF;
  v_present := database_incarnation();
  UPDATE installation i SET incarnation = v_present, written_by = pg_current_xact_id()
  WHERE i.incarnation IS NULL OR (length(i.incarnation) < length(v_present) AND NOT database_has_moved());
  RETURN QUERY SELECT true, i.id, database_has_moved() FROM installation i;
END
$$;

ALTER FUNCTION audit_sealing_state OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION audit_sealing_state FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_sealing_state TO :"app_role";
