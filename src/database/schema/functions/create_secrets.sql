-- Creates many secrets, of any tenants, and records each, under the policies of the caller's login. Each row names
-- its tenant to the policies when its turn comes, so a row of another tenant than the named one fails. Each answer
-- carries the ordinal of its secret. Rows are inserted in the order that imports use.
--
-- Outcomes: 'ok'; 'conflict' where the key is taken in the tenant, within the call too, or, as a global one, in
-- another; 'busy', with nothing done and nothing recorded, where a lock is not free, the tenant is gone, or the
-- secret is to be global: create_secret can tell. A wait that cannot be foreseen is given up after 50 ms, and the
-- whole call with it. With p_record_conflicts false, a conflict is not recorded.
CREATE OR REPLACE FUNCTION create_secrets(
  p_tenants uuid[], p_users uuid[], p_ids uuid[], p_keys text[], p_values bytea[], p_generations integer[],
  p_visibilities text[], p_hidden boolean[], p_schemas json[], p_options bytea[], p_options_generations integer[],
  p_events uuid[], p_callers json[], p_record_conflicts boolean[]
) RETURNS TABLE (ordinal integer, outcome text, created_at timestamptz)
LANGUAGE plpgsql VOLATILE
SET lock_timeout = '50ms'
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_living uuid[];
  v_free boolean[];
  v_made boolean[];
  v_count integer;
BEGIN
  v_living := ARRAY(
    SELECT t.id FROM tenants t WHERE t.id = ANY (p_tenants) AND t.deleted_at IS NULL FOR KEY SHARE SKIP LOCKED
  );
  v_free := ARRAY(
    SELECT w.tenant_id = ANY (v_living) AND w.visibility <> 'global'
           AND pg_try_advisory_xact_lock_shared(secret_key_bucket(w.key))
    FROM unnest(p_tenants, p_keys, p_visibilities) WITH ORDINALITY AS w (tenant_id, key, visibility, ordinal)
    ORDER BY w.ordinal
  );

  INSERT INTO secrets (
    tenant_id, id, key, value, key_generation, visibility, is_hidden_value, schema, provider_options,
    provider_options_generation, version_created_by, created_by
  )
  SELECT set_config('app.tenant', w.tenant_id::text, true)::uuid, w.id, w.key, w.value, w.generation, w.visibility,
         w.hidden, w.schema, w.options, w.options_generation, w.user_id, w.user_id
  FROM unnest(p_tenants, p_users, p_ids, p_keys, p_values, p_generations, p_visibilities, p_hidden, p_schemas,
              p_options, p_options_generations, v_free)
    AS w (tenant_id, user_id, id, key, value, generation, visibility, hidden, schema, options, options_generation, free)
  WHERE w.free AND NOT EXISTS (
    SELECT FROM secrets g WHERE g.visibility = 'global' AND g.key = w.key COLLATE "C" AND g.tenant_id <> w.tenant_id
  )
  ORDER BY w.tenant_id, w.key COLLATE "C"
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_count = ROW_COUNT;

  v_made := v_free;
  IF v_count < cardinality(array_positions(v_free, true)) THEN
    FOR i IN 1 .. cardinality(p_ids) LOOP
      PERFORM set_config('app.tenant', p_tenants[i]::text, true);
      v_made[i] := EXISTS (SELECT FROM secrets s WHERE s.tenant_id = p_tenants[i] AND s.id = p_ids[i]);
    END LOOP;
  END IF;

  PERFORM record_events(ARRAY(
    SELECT ROW(w.tenant_id, w.event_id, 'secret.create', w.key, CASE WHEN w.made THEN w.id END,
               CASE WHEN w.made THEN 1 END, CASE WHEN w.made THEN 1 END, CASE WHEN w.made THEN 'ok' ELSE 'conflict' END,
               w.caller, NULL)::audit_entry
    FROM unnest(p_tenants, p_keys, p_ids, p_events, p_callers, p_record_conflicts, v_free, v_made)
      AS w (tenant_id, key, id, event_id, caller, record_conflict, free, made)
    WHERE w.made OR w.free AND w.record_conflict
  ));

  RETURN QUERY
  SELECT w.ordinal::integer, CASE WHEN w.made THEN 'ok' WHEN w.free THEN 'conflict' ELSE 'busy' END,
         CASE WHEN w.made THEN now()::timestamptz(3) END
  FROM unnest(v_free, v_made) WITH ORDINALITY AS w (free, made, ordinal);
END
$$;

REVOKE ALL ON FUNCTION create_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION create_secrets TO :"app_role";
