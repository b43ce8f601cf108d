-- Returns the index of the first leaf of a log that some sink still has to get; null if there is none. Events that have waited
-- for a sink longer than its days are not waited for any more.
CREATE OR REPLACE FUNCTION audit_unsent_from(p_log uuid, p_epoch integer) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
AS $$
  SELECT min(next.leaf_index) FROM audit_sinks s CROSS JOIN LATERAL (
    SELECT b.first_index + CASE WHEN b.position = s.position THEN s.part ELSE 0 END AS leaf_index
    FROM audit_batches b
    WHERE b.log_id = p_log AND b.epoch = p_epoch
      AND b.position >= s.position AND NOT (b.position = s.position AND b.events <= s.part)
      AND b.sealed_at > clock_timestamp() - make_interval(days => s.wait_days)
    ORDER BY b.first_index LIMIT 1
  ) AS next
$$;

ALTER FUNCTION audit_unsent_from OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION audit_unsent_from FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_unsent_from TO :"app_role";
