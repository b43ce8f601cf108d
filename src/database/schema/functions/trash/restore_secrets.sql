-- Restores secrets from the trash and records each, in the audit trail and in the change feed, under the locks of a creation: the key is claimed, exclusively if the
-- secret is global, so that it cannot become another tenant's global one at the same time.
--
-- p_secrets is an array of records: tenant_id, id, key, visibility, created_by, revision and mark (as read), author_id
-- (the restoring user), owner_id (the new owner, where the present one was deleted; null keeps the present one),
-- keeps_options (whether a new owner gets the provider options) and event (id, action, caller, detail). The new mark is the id of the event.
-- p_values and p_options are unused; they exist so that all functions that write secrets have the same signature.
--
-- Outcomes: ok; exists (the key is taken in the tenant); global_elsewhere and key_elsewhere, as in insert_secrets; and,
-- with nothing done and nothing recorded: stale (the secret has changed or left the trash since it was read, or its owner
-- was deleted), no_owner (the new owner was deleted), no_tenant and busy, as in insert_secrets.
CREATE OR REPLACE FUNCTION restore_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
RETURNS TABLE (
  ordinal integer, outcome text, version integer, revision integer, created_at timestamptz, updated_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  r         record;
  v_entries audit_entry[] := '{}';
  v_changes secret_change[] := '{}';
BEGIN
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, visibility text, created_by uuid, revision integer, mark uuid, author_id uuid,
      owner_id uuid, keeps_options boolean, event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    version := NULL;
    revision := NULL;
    created_at := NULL;
    updated_at := NULL;
    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    outcome := secret_key_claim(r.tenant_id, r.key, r.visibility = 'global', p_wait);

    IF outcome = 'ok' THEN
      PERFORM FROM users u WHERE u.id = coalesce(r.owner_id, r.created_by) AND u.deleted_at IS NULL FOR KEY SHARE;
      IF NOT FOUND THEN
        outcome := CASE WHEN r.owner_id IS NULL THEN 'stale' ELSE 'no_owner' END;
      END IF;
    END IF;
    IF outcome = 'ok' THEN
      SELECT t.outcome, t.version, t.revision, t.created_at, t.updated_at
      INTO outcome, version, revision, created_at, updated_at
      FROM take_from_trash(
        r.tenant_id, r.id, r.revision, r.mark, r.owner_id, r.author_id, (r.event ->> 'id')::uuid,
        r.keeps_options
      ) t;
    END IF;

    IF outcome = 'ok' THEN
      v_changes := v_changes || ROW(
        r.tenant_id, r.id, r.key, 'created', version, revision, r.visibility, coalesce(r.owner_id, r.created_by), NULL,
        r.event ->> 'id'
      )::secret_change;
    END IF;
    IF outcome NOT IN ('busy', 'no_tenant', 'no_owner', 'stale') THEN
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, r.id, version, revision,
        CASE WHEN outcome = 'ok' THEN 'ok' ELSE 'conflict' END, r.event -> 'caller', r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  PERFORM record_secret_changes(v_changes);
  PERFORM record_events(v_entries);
END
$$;

REVOKE ALL ON FUNCTION restore_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION restore_secrets TO :"app_role";
