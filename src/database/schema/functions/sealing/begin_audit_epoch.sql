-- Begins a new epoch, after a restore or a failover that may have lost events: that of the system's log at once, with the event
-- p_event, and that of each other log when it is sealed next. Returns the number of the epoch.
--
-- The number is the minute, counted from 1970: the same backup, restored twice, must not give one name to two histories.
CREATE OR REPLACE FUNCTION begin_audit_epoch(p_event uuid, p_reason text, p_caller json) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  v_epoch integer;
BEGIN
  PERFORM lock_sequence('audit', true);
  UPDATE installation SET
    incarnation = database_incarnation(),
    written_by = pg_current_xact_id(),
    epoch = greatest(epoch + 1, floor(extract(epoch FROM clock_timestamp()) / 60)::integer),
    epoch_at = clock_timestamp(), epoch_reason = p_reason, epoch_caller = p_caller
  RETURNING epoch INTO v_epoch;
  PERFORM enter_audit_epoch(ARRAY['00000000-0000-0000-0000-000000000000'::uuid], p_event);
  RETURN v_epoch;
END
$$;

ALTER FUNCTION begin_audit_epoch OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION begin_audit_epoch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_audit_epoch TO :"app_role";
