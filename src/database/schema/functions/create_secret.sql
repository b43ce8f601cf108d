-- Creates one secret and records it, under the policies of the caller's login.
--
-- Outcomes: 'ok'; 'conflict' where the key is taken in the tenant or, as a global one, in another; 'no_tenant', with
-- nothing recorded, where the tenant was deleted after the caller's rights were read. The lock on the tenant keeps it
-- until the transaction ends. With p_record_conflict false, a conflict is not recorded: the caller does something
-- else with a key that is taken.
CREATE OR REPLACE FUNCTION create_secret(
  p_tenant uuid, p_user uuid, p_id uuid, p_key text, p_value bytea, p_generation integer, p_visibility text,
  p_hidden boolean, p_schema json, p_options bytea, p_options_generation integer,
  p_event uuid, p_action text, p_caller json, p_detail json, p_record_conflict boolean
) RETURNS TABLE (outcome text, created_at timestamptz)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  v_taken boolean;
  v_at timestamptz;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  v_taken := secret_key_taken(p_tenant, p_key, p_visibility = 'global');
  PERFORM FROM tenants t WHERE t.id = p_tenant AND t.deleted_at IS NULL FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'no_tenant', NULL::timestamptz;
    RETURN;
  END IF;

  IF NOT v_taken THEN
    INSERT INTO secrets AS s (
      tenant_id, id, key, value, key_generation, visibility, is_hidden_value, schema, provider_options,
      provider_options_generation, version_created_by, created_by
    ) VALUES (
      p_tenant, p_id, p_key, p_value, p_generation, p_visibility, p_hidden, p_schema, p_options,
      p_options_generation, p_user, p_user
    ) ON CONFLICT DO NOTHING RETURNING s.created_at INTO v_at;
  END IF;

  IF v_at IS NOT NULL THEN
    PERFORM record_events(ARRAY[
      ROW(p_tenant, p_event, p_action, p_key, p_id, 1, 1, 'ok', p_caller, p_detail)::audit_entry
    ]);
  ELSIF p_record_conflict THEN
    PERFORM record_events(ARRAY[
      ROW(p_tenant, p_event, p_action, p_key, NULL, NULL, NULL, 'conflict', p_caller, p_detail)::audit_entry
    ]);
  END IF;
  RETURN QUERY SELECT CASE WHEN v_at IS NULL THEN 'conflict' ELSE 'ok' END, v_at;
END
$$;

REVOKE ALL ON FUNCTION create_secret FROM PUBLIC;
GRANT EXECUTE ON FUNCTION create_secret TO :"app_role";
