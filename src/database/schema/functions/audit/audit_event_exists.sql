-- Tells whether an event is in a log. After a lost connection, a writer looks up its event to find out whether it was
-- committed.
CREATE OR REPLACE FUNCTION audit_event_exists(p_log uuid, p_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  SELECT EXISTS (SELECT FROM audit_events WHERE log_id = p_log AND id = p_id)
$$;

ALTER FUNCTION audit_event_exists OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION audit_event_exists FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_event_exists TO :"app_role";
