-- Updates secrets and records each, in the audit trail and in the change feed, under its tenant's policy.
--
-- p_secrets is an array of records: the new columns of a secret by name, with revision and mark (as read), author_id
-- (the updating user), owner_id (the new owner; null keeps the present one), widens (true if the secret becomes global),
-- replaces_options, replaces_expiry (false if expires_at is the present one), new_key (the key that the secret moves to;
-- null keeps the present one), sets_max_versions (false, or left out by older programs, keeps the present limit), and
-- event (id, action, caller, detail). A null in p_values keeps the value; p_options is used only if replaces_options is
-- true. With new_key the value is the present one, sealed anew; reseal_secret_versions takes the earlier ones in the same
-- transaction. A null mark is not compared. The new mark is the id of the event. Earlier programs send neither replaces_expiry, in which case an expiry that has passed is cleared and any other
-- stays, nor labels, which stay.
--
-- A new value makes a version: the old one moves to secret_versions with what it was written under, and versions beyond
-- the limit are removed.
--
-- Outcomes: ok; stale, with nothing done and nothing recorded, if the secret has changed since it was read, has expired
-- although expires_at was to stay, or the new owner was deleted; exists if new_key is taken in the tenant;
-- global_elsewhere or key_elsewhere if the secret becomes global or moves, and another tenant has the key; no_tenant,
-- unrecorded, if it becomes global or moves and the tenant was deleted. Locks are taken in the order of tenants and keys;
-- a caller that moves secrets must first lock all their keys (lock_secret_moves, lock_secret_keys). Without p_wait a lock
-- that is not available within 50 ms fails the whole call, and so does a new_key that somebody creates at the same moment
-- (unique_violation): call again.
CREATE OR REPLACE FUNCTION update_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
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
  r              record;
  v_value        bytea;
  v_version      boolean;
  v_owner        uuid;
  v_former_owner uuid;
  v_max_versions integer;
  v_entries      audit_entry[] := '{}';
  v_changes      secret_change[] := '{}';
BEGIN
  IF cardinality(p_values) <> json_array_length(p_secrets) OR cardinality(p_options) <> json_array_length(p_secrets) THEN
    RAISE EXCEPTION 'Every record needs a value and options, or nulls';
  END IF;
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, revision integer, mark uuid, visibility text, is_hidden_value boolean,
      description text, key_generation integer, provider_options_generation integer, expires_at timestamptz, labels jsonb,
      created_at timestamptz, updated_at timestamptz, author_id uuid, owner_id uuid, widens boolean,
      replaces_options boolean, replaces_expiry boolean, new_key text, max_versions integer, sets_max_versions boolean,
      event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    outcome := 'ok';
    version := NULL;
    revision := NULL;
    created_at := NULL;
    updated_at := NULL;
    v_value := p_values[r.ordinality];
    v_version := v_value IS NOT NULL AND r.new_key IS NULL;
    v_former_owner := NULL;

    IF r.owner_id IS NOT NULL THEN
      PERFORM FROM users u WHERE u.id = r.owner_id AND u.deleted_at IS NULL FOR SHARE;
      IF NOT FOUND THEN
        outcome := 'stale';
      END IF;
    END IF;
    IF outcome = 'ok' AND (r.widens OR r.new_key IS NOT NULL) THEN
      outcome := secret_key_claim(r.tenant_id, coalesce(r.new_key, r.key), r.visibility = 'global', p_wait);
    END IF;

    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    IF outcome = 'ok' AND r.new_key IS NOT NULL AND EXISTS (
      SELECT FROM secrets t WHERE t.tenant_id = r.tenant_id AND t.key = r.new_key COLLATE "C"
    ) THEN
      outcome := 'exists';
    END IF;
    IF outcome = 'ok' AND r.owner_id IS NOT NULL THEN
      -- If somebody changes the owner now, the update below finds another revision.
      SELECT nullif(s.created_by, r.owner_id) INTO v_former_owner
      FROM secrets s WHERE s.tenant_id = r.tenant_id AND s.id = r.id;
    END IF;
    IF outcome = 'ok' AND v_version THEN
      -- Has the conditions and takes the lock of the update below, so that either finds the row if the other does. The
      -- update itself does not read what it replaces: a change without a new value would pay for it.
      INSERT INTO secret_versions (
        tenant_id, secret_id, version, value, key_generation, visibility, is_hidden_value, owner_id, created_by,
        created_at
      )
      SELECT s.tenant_id, s.id, s.version, s.value, s.key_generation, coalesce(s.version_visibility, s.visibility),
             coalesce(s.version_is_hidden_value, s.is_hidden_value), coalesce(s.version_owner_id, s.created_by),
             s.version_created_by, s.version_created_at
      FROM secrets s
      WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.revision = r.revision AND s.mark = coalesce(r.mark, s.mark)
        AND (coalesce(r.replaces_expiry, true) OR secret_has_expired(s.expires_at) IS NOT TRUE)
      FOR NO KEY UPDATE;
      IF NOT FOUND THEN
        outcome := 'stale';
      END IF;
    END IF;
    IF outcome = 'ok' THEN
      UPDATE secrets AS s SET
        key = coalesce(r.new_key, s.key),
        visibility = r.visibility,
        is_hidden_value = r.is_hidden_value,
        description = r.description,
        value = coalesce(v_value, s.value),
        key_generation = CASE WHEN v_value IS NULL THEN s.key_generation ELSE r.key_generation END,
        version = s.version + v_version::integer,
        version_created_by = CASE WHEN v_version THEN r.author_id ELSE s.version_created_by END,
        version_created_at =
          CASE WHEN v_version THEN greatest(clock_timestamp(), s.version_created_at) ELSE s.version_created_at END,
        version_visibility =
          CASE WHEN NOT v_version THEN coalesce(s.version_visibility, nullif(s.visibility, r.visibility)) END,
        version_is_hidden_value = CASE WHEN NOT v_version
          THEN coalesce(s.version_is_hidden_value, nullif(s.is_hidden_value, r.is_hidden_value)) END,
        version_owner_id = CASE WHEN NOT v_version
          THEN coalesce(s.version_owner_id, nullif(s.created_by, coalesce(r.owner_id, s.created_by))) END,
        max_versions = CASE WHEN r.sets_max_versions THEN r.max_versions ELSE s.max_versions END,
        provider_options = CASE WHEN r.replaces_options THEN p_options[r.ordinality] ELSE s.provider_options END,
        provider_options_generation =
          CASE WHEN r.replaces_options THEN r.provider_options_generation ELSE s.provider_options_generation END,
        expires_at = CASE
          WHEN r.replaces_expiry IS NOT NULL THEN r.expires_at
          WHEN secret_has_expired(s.expires_at) IS NOT TRUE THEN s.expires_at
        END,
        labels = coalesce(r.labels, s.labels),
        created_by = coalesce(r.owner_id, s.created_by),
        created_at = coalesce(r.created_at, s.created_at),
        updated_at = coalesce(r.updated_at, greatest(clock_timestamp(), s.updated_at)),
        revision = s.revision + 1,
        mark = (r.event ->> 'id')::uuid,
        updated_by = r.author_id
      WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.revision = r.revision AND s.mark = coalesce(r.mark, s.mark)
        AND (coalesce(r.replaces_expiry, true) OR secret_has_expired(s.expires_at) IS NOT TRUE)
      RETURNING s.version, s.revision, s.created_at, s.updated_at, s.max_versions, s.created_by
      INTO version, revision, created_at, updated_at, v_max_versions, v_owner;
      IF FOUND THEN
        IF v_version OR r.sets_max_versions THEN
          PERFORM prune_secret_versions(r.tenant_id, r.id, version, v_max_versions);
        END IF;
        IF r.new_key IS NULL THEN
          v_changes := v_changes || ROW(
            r.tenant_id, r.id, r.key, 'updated', version, revision, r.visibility, v_owner, v_former_owner,
            r.event ->> 'id'
          )::secret_change;
        ELSE
          v_changes := v_changes || ARRAY[
            ROW(
              r.tenant_id, r.id, r.key, 'deleted', version, revision, r.visibility, v_owner, NULL,
              r.event ->> 'id'
            )::secret_change,
            ROW(
              r.tenant_id, r.id, r.new_key, 'created', version, revision, r.visibility, v_owner, NULL,
              r.event ->> 'id'
            )::secret_change
          ];
        END IF;
      ELSE
        outcome := 'stale';
      END IF;
    ELSIF outcome IN ('exists', 'global_elsewhere', 'key_elsewhere') THEN
      -- The refusal is valid only for the secret as it was read.
      PERFORM FROM secrets s
      WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.revision = r.revision AND s.mark = coalesce(r.mark, s.mark)
      FOR UPDATE;
      IF NOT FOUND THEN
        outcome := 'stale';
      END IF;
    END IF;

    IF outcome IN ('ok', 'exists', 'global_elsewhere', 'key_elsewhere') THEN
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

REVOKE ALL ON FUNCTION update_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION update_secrets TO :"app_role";
