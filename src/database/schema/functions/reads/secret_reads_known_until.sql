-- Returns the time up to which the reads of a tenant's secrets are noted in secret_reads: that of the oldest event, or part
-- of an export, that is still to be noted; NULL if nothing is.
CREATE OR REPLACE FUNCTION secret_reads_known_until(p_tenant uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  SELECT least(
    (SELECT e.at FROM (SELECT p.event_id FROM audit_pending p WHERE p.log_id = p_tenant ORDER BY p.id LIMIT 1) AS o
     JOIN audit_events e ON e.log_id = p_tenant AND e.id = o.event_id),
    (SELECT p.read_at FROM secret_reads_pending p WHERE p.tenant_id = p_tenant ORDER BY p.id LIMIT 1)
  )
$$;

ALTER FUNCTION secret_reads_known_until OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION secret_reads_known_until FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_reads_known_until TO :"app_role";
