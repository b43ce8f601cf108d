-- Adds changes of secrets to those that the change feed will show, in the given order. The caller holds the locks of all
-- these secrets and their keys, so the ids that are drawn here are in the order in which a secret changed.
CREATE OR REPLACE FUNCTION record_secret_changes(p_changes secret_change[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_tenant text := coalesce(current_setting('app.tenant', true), '');
BEGIN
  INSERT INTO secret_changes_pending (
    tenant_id, secret_id, key, change, version, revision, visibility, created_by, former_owner, mark
  )
  SELECT set_config('app.tenant', c.tenant_id::text, true)::uuid, c.secret_id, c.key, c.change, c.version, c.revision,
         c.visibility, c.created_by, c.former_owner, c.mark
  FROM unnest(p_changes) AS c;
  PERFORM set_config('app.tenant', v_tenant, true);
END
$$;

REVOKE ALL ON FUNCTION record_secret_changes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_secret_changes TO :"app_role", :"reader_role";
