-- Lets another process send to a sink at once.
CREATE OR REPLACE FUNCTION release_audit_sink(p_sink text, p_holder uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  UPDATE audit_sinks SET holder = NULL, held_until = NULL WHERE name = p_sink AND holder = p_holder
$$;

ALTER FUNCTION release_audit_sink OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION release_audit_sink FROM PUBLIC;
GRANT EXECUTE ON FUNCTION release_audit_sink TO :"app_role";
