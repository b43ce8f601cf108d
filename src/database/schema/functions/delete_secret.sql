-- Deletes a secret that is still at the revision that the caller saw, and records it. Outcomes: 'ok'; 'stale', with
-- nothing done and nothing recorded.
CREATE OR REPLACE FUNCTION delete_secret(
  p_tenant uuid, p_id uuid, p_key text, p_revision integer, p_version integer, p_event uuid, p_caller json
) RETURNS TABLE (outcome text)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  DELETE FROM secrets s WHERE s.tenant_id = p_tenant AND s.id = p_id AND s.revision = p_revision;
  outcome := CASE WHEN FOUND THEN 'ok' ELSE 'stale' END;
  IF FOUND THEN
    PERFORM record_events(ARRAY[
      ROW(p_tenant, p_event, 'secret.delete', p_key, p_id, p_version, p_revision, 'ok', p_caller, NULL)::audit_entry
    ]);
  END IF;
  RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION delete_secret FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_secret TO :"app_role";
