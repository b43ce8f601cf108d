-- Creates the missing partitions of audit_events: for last month, since a slow clock may still produce events for it,
-- the current month and the next p_months. Events in the default partition move to their month's partition. Runs with
-- the rights of the schema's owner; concurrent calls wait for each other. The call fails if a lock is not available
-- within a second; the next call makes up for it.
--
-- Requests wait while a partition is attached, since all events of the default one are read and those of the month are
-- moved. So nothing is created while the default partition has more than 100,000 events, or the number that the setting
-- strongroom.most_default_events gives (docs/operations/event-growth.md).
-- Returns the number of events that remain in the default partition, counting up to 1,000.
CREATE OR REPLACE FUNCTION audit_create_partitions(p_months integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET lock_timeout = '1s'
AS $$
DECLARE
  v_now timestamp := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC');
  v_month timestamp;
  v_name text;
  v_from uuid;
  v_to uuid;
  v_most integer := coalesce(nullif(current_setting('strongroom.most_default_events', true), '')::integer, 100000);
BEGIN
  IF p_months NOT BETWEEN 0 AND 24 THEN
    RAISE invalid_parameter_value USING MESSAGE = 'p_months must be between 0 and 24';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('audit_create_partitions', 0));
  FOR i IN -1 .. p_months LOOP
    v_month := v_now + i * interval '1 month';
    v_name := to_char(v_month, '"audit_events_"YYYY_MM');
    CONTINUE WHEN to_regclass(v_name) IS NOT NULL;
    EXIT WHEN (SELECT count(*) FROM (SELECT FROM audit_events_default LIMIT v_most::bigint + 1) d) > v_most;
    v_from := first_event_id(v_month AT TIME ZONE 'UTC');
    v_to := first_event_id((v_month + interval '1 month') AT TIME ZONE 'UTC');

    EXECUTE format('CREATE TABLE %I (LIKE audit_events INCLUDING CONSTRAINTS, CONSTRAINT %I PRIMARY KEY (log_id, id))',
                   v_name, 'pk_' || v_name);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_name);
    -- Locks out readers, too: a session that reads the list of partitions while one is attached can keep the old list,
    -- and would then write events of the month to the default partition, where no query finds them.
    LOCK TABLE ONLY audit_events IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH moved AS (DELETE FROM audit_events_default WHERE id >= $1 AND id < $2 RETURNING *)
                    INSERT INTO %I SELECT * FROM moved', v_name) USING v_from, v_to;
    EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name, v_from, v_to);
  END LOOP;
  RETURN (SELECT count(*) FROM (SELECT FROM audit_events_default LIMIT 1000) d);
END
$$;

REVOKE ALL ON FUNCTION audit_create_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_create_partitions TO :"app_role";
