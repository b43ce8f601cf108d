-- Appends the same event to several logs: an act on several tenants at once is on record in each of them. Names each
-- tenant to the policies in turn, and at the end the tenant of the transaction again.
CREATE OR REPLACE FUNCTION audit_append_each(
  p_logs uuid[], p_id uuid, p_action text, p_outcome text, p_caller json, p_detail json
) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_tenant text := current_setting('app.tenant');
  v_log uuid;
BEGIN
  FOREACH v_log IN ARRAY p_logs LOOP
    PERFORM set_config('app.tenant', v_log::text, true);
    PERFORM audit_append(v_log, p_id, p_action, NULL, NULL, p_outcome, p_caller, p_detail);
  END LOOP;
  PERFORM set_config('app.tenant', v_tenant, true);
END
$$;

REVOKE ALL ON FUNCTION audit_append_each FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append_each TO :"app_role";
