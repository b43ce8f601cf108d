-- Returns the months that hold events which are no longer needed.
CREATE OR REPLACE FUNCTION audit_removal_months() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  SELECT r.month::text FROM audit_removals r GROUP BY r.month ORDER BY r.month
$$;

REVOKE ALL ON FUNCTION audit_removal_months FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_removal_months TO :"app_role";
