-- Returns the time before which a log need not keep its events; -infinity if it keeps them for ever. The tenant's setting
-- audit_days, or else p_days, counts, but at least p_least_days; 0 stands for ever. Whatever the caller passes, the last 30
-- days are kept, since the caller is the service.
CREATE OR REPLACE FUNCTION audit_horizon(p_log uuid, p_days integer, p_least_days integer) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
  SELECT CASE WHEN k.days = 0 THEN '-infinity'
              ELSE statement_timestamp() - make_interval(days => greatest(k.days, p_least_days, 30)) END
  FROM (
    SELECT coalesce((SELECT s.audit_days FROM tenant_settings s WHERE s.tenant_id = p_log), p_days, 0) AS days
  ) AS k
$$;

REVOKE ALL ON FUNCTION audit_horizon FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_horizon TO :"reader_role";
