-- Inserts secrets and records each, in the audit trail and in the change feed, under the policies of the caller's login.
--
-- p_secrets is an array of records: the columns of a secret by name (a schema as the text of its JSON; earlier programs
-- send neither expires_at nor labels), author_id (the inserting user), record_conflict (false if the caller handles a taken key itself) and event (id, action, caller,
-- detail). p_values and p_options hold the sealed parts in the same order.
--
-- Outcomes: ok; exists (the key is taken in the tenant); global_elsewhere (another tenant has a global secret of the
-- key); key_elsewhere (the new secret is global and another tenant has the key); no_tenant and stale, both unrecorded
-- (the tenant, or the user who is to own the secret, was deleted after the caller's permissions were read). Neither can be
-- deleted until the transaction ends.
--
-- With p_wait the function waits for locks; a caller that inserts many secrets in one transaction must first lock all
-- their keys in one order (lock_secret_keys). Without it the function does not wait: the outcome is busy, with nothing
-- done and nothing recorded, if the tenant or the key is locked, the tenant was deleted, or the new secret is global. A
-- conflict that only waiting can detect fails the whole call after 50 ms.
CREATE OR REPLACE FUNCTION insert_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
RETURNS TABLE (
  ordinal integer, outcome text, version integer, revision integer, created_at timestamptz, updated_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  r         record;
  v_entries audit_entry[] := '{}';
  v_changes secret_change[] := '{}';
BEGIN
  IF cardinality(p_values) <> json_array_length(p_secrets) OR cardinality(p_options) <> json_array_length(p_secrets) THEN
    RAISE EXCEPTION 'Every record needs a value and options';
  END IF;
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, visibility text, is_hidden_value boolean, description text, schema text,
      key_generation integer, expires_at timestamptz, labels jsonb,
      provider_options_generation integer, created_by uuid, created_at timestamptz, updated_at timestamptz,
      author_id uuid, record_conflict boolean, max_versions integer, event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    version := NULL;
    revision := NULL;
    created_at := NULL;
    updated_at := NULL;
    outcome := secret_key_claim(r.tenant_id, r.key, r.visibility = 'global', p_wait);

    IF outcome = 'ok' THEN
      PERFORM FROM users u WHERE u.id = r.created_by AND u.deleted_at IS NULL FOR KEY SHARE;
      IF NOT FOUND THEN
        outcome := 'stale';
      END IF;
    END IF;
    IF outcome = 'ok' THEN
      PERFORM set_config('app.tenant', r.tenant_id::text, true);
      INSERT INTO secrets AS s (
        tenant_id, id, key, visibility, is_hidden_value, description, schema, value, key_generation, provider_options,
        provider_options_generation, version_created_by, created_by, created_at, updated_at, mark, updated_by,
        max_versions, expires_at, labels
      ) VALUES (
        r.tenant_id, r.id, r.key, r.visibility, r.is_hidden_value, r.description, r.schema::json, p_values[r.ordinality],
        r.key_generation, p_options[r.ordinality], r.provider_options_generation, r.author_id, r.created_by,
        coalesce(r.created_at, now()), coalesce(r.updated_at, now()), (r.event ->> 'id')::uuid, r.author_id,
        r.max_versions, r.expires_at, coalesce(r.labels, '{}')
      )
      ON CONFLICT DO NOTHING
      RETURNING s.version, s.revision, s.created_at, s.updated_at INTO version, revision, created_at, updated_at;
      IF FOUND THEN
        v_changes := v_changes || ROW(
          r.tenant_id, r.id, r.key, 'created', version, revision, r.visibility, r.created_by, NULL, r.event ->> 'id'
        )::secret_change;
      ELSE
        outcome := 'exists';
      END IF;
    END IF;

    IF outcome = 'ok' OR r.record_conflict AND outcome NOT IN ('busy', 'no_tenant', 'stale') THEN
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, CASE WHEN outcome = 'ok' THEN r.id END, version,
        revision, CASE WHEN outcome = 'ok' THEN 'ok' ELSE 'conflict' END, r.event -> 'caller', r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  -- What a bulk write or an import changes next is found by id.
  IF cardinality(v_entries) >= 100 THEN
    PERFORM refresh_secret_statistics();
  END IF;
  PERFORM record_secret_changes(v_changes);
  PERFORM record_events(v_entries);
END
$$;

REVOKE ALL ON FUNCTION insert_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION insert_secrets TO :"app_role";
