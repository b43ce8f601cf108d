-- Changes secrets and records each change, under each tenant's policy.
--
-- Outcomes: 'ok'; 'stale', with nothing done and nothing recorded, where the secret is no longer at the revision that
-- the caller saw, or the user who is to own it is gone; 'conflict' where it is to be global and another tenant has
-- the key; 'no_tenant', with nothing recorded, where it is to be global and the tenant is gone. Locks are taken in
-- the order of tenants and secrets. Unless p_alone is true, a lock that is not free within 50 ms fails the whole
-- call.
--
-- p_revisions: what the caller saw. p_values, p_options, with their generations: NULL keeps the value, and keeps the
-- options unless p_replaces_options is true. p_widens: the secret becomes global. p_owners: NULL keeps the owner.
CREATE OR REPLACE FUNCTION change_secrets(
  p_tenants uuid[], p_users uuid[], p_ids uuid[], p_keys text[], p_revisions integer[], p_values bytea[],
  p_generations integer[], p_visibilities text[], p_widens boolean[], p_hidden boolean[], p_replaces_options boolean[],
  p_options bytea[], p_options_generations integer[], p_owners uuid[], p_events uuid[], p_callers json[],
  p_details json[], p_alone boolean
) RETURNS TABLE (ordinal integer, outcome text, version integer, revision integer, updated_at timestamptz)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  w record;
  v_taken boolean;
  v_size integer[] := ARRAY[cardinality(p_ids)];
  v_outcomes text[] := array_fill('stale'::text, v_size);
  v_versions integer[] := array_fill(NULL::integer, v_size);
  v_revisions integer[] := v_versions;
  v_times timestamptz[] := array_fill(NULL::timestamptz, v_size);
BEGIN
  IF NOT p_alone THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;
  FOR w IN
    SELECT * FROM unnest(
      p_tenants, p_users, p_ids, p_keys, p_revisions, p_values, p_generations, p_visibilities, p_widens, p_hidden,
      p_replaces_options, p_options, p_options_generations, p_owners
    ) WITH ORDINALITY AS w (
      tenant_id, user_id, id, key, seen, value, generation, visibility, widens, hidden, replaces_options, options,
      options_generation, owner, ordinal
    ) ORDER BY w.tenant_id, w.id
  LOOP
    v_taken := false;
    IF w.owner IS NOT NULL THEN
      PERFORM FROM users u WHERE u.id = w.owner AND u.deleted_at IS NULL FOR SHARE;
      CONTINUE WHEN NOT FOUND;
    END IF;
    IF w.widens THEN
      v_taken := secret_key_taken(w.tenant_id, w.key, true);
      PERFORM FROM tenants t WHERE t.id = w.tenant_id AND t.deleted_at IS NULL FOR KEY SHARE;
      IF NOT FOUND THEN
        v_outcomes[w.ordinal] := 'no_tenant';
        CONTINUE;
      END IF;
    END IF;

    PERFORM set_config('app.tenant', w.tenant_id::text, true);
    IF v_taken THEN
      PERFORM FROM secrets s WHERE s.tenant_id = w.tenant_id AND s.id = w.id AND s.revision = w.seen FOR UPDATE;
    ELSE
      UPDATE secrets AS s SET
        visibility = w.visibility,
        is_hidden_value = w.hidden,
        created_by = coalesce(w.owner, s.created_by),
        provider_options = CASE WHEN w.replaces_options THEN w.options ELSE s.provider_options END,
        provider_options_generation =
          CASE WHEN w.replaces_options THEN w.options_generation ELSE s.provider_options_generation END,
        revision = s.revision + 1,
        updated_at = greatest(clock_timestamp(), s.updated_at),
        value = coalesce(w.value, s.value),
        key_generation = coalesce(w.generation, s.key_generation),
        version = s.version + (w.value IS NOT NULL)::integer,
        version_created_by = CASE WHEN w.value IS NULL THEN s.version_created_by ELSE w.user_id END,
        version_created_at = CASE WHEN w.value IS NULL THEN s.version_created_at ELSE clock_timestamp() END
      WHERE s.tenant_id = w.tenant_id AND s.id = w.id AND s.revision = w.seen
      RETURNING s.version, s.revision, s.updated_at
      INTO version, revision, updated_at;
    END IF;
    CONTINUE WHEN NOT FOUND;
    v_outcomes[w.ordinal] := CASE WHEN v_taken THEN 'conflict' ELSE 'ok' END;
    CONTINUE WHEN v_taken;
    v_versions[w.ordinal] := version;
    v_revisions[w.ordinal] := revision;
    v_times[w.ordinal] := updated_at;
  END LOOP;

  PERFORM record_events(ARRAY(
    SELECT ROW(e.tenant_id, e.event_id, 'secret.update', e.key, e.id, e.version, e.revision, e.outcome, e.caller,
               e.detail)::audit_entry
    FROM unnest(p_tenants, p_keys, p_ids, p_events, p_callers, p_details, v_outcomes, v_versions, v_revisions)
      AS e (tenant_id, key, id, event_id, caller, detail, outcome, version, revision)
    WHERE e.outcome IN ('ok', 'conflict')
  ));

  RETURN QUERY
  SELECT e.ordinal::integer, e.outcome, e.version, e.revision, e.updated_at
  FROM unnest(v_outcomes, v_versions, v_revisions, v_times) WITH ORDINALITY
    AS e (outcome, version, revision, updated_at, ordinal);
END
$$;

REVOKE ALL ON FUNCTION change_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION change_secrets TO :"app_role";
