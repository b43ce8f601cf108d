-- Reads many secrets by read_secrets and records each read, in one statement. bulk_secret_keys explains what is read. A row
-- with the ordinal 0 and the outcome 'more' says that there is more than fits into the answer.
--
-- With p_whole all secrets are given or none: if one is missing, expired or hidden from the caller, or there are more than
-- fit, no value leaves. The events then tell so: 'forbidden' for what is hidden, 'expired', what read_secrets says of what is missing, and
-- 'refused' for the others. All of them go to the log of the caller's tenant, since nothing was given of the secrets of others.
-- Nothing is read or recorded if there are more than fit.
--
-- p_selection is the event (id, action, caller, detail) of a selection by prefix or labels, and NULL for given keys.
--
-- Outcomes: 'ok' and 'not_found' of read_secrets, 'hidden' for a secret without its value, and 'expired', which comes first.
CREATE OR REPLACE FUNCTION read_secrets_in_bulk(
  p_tenant uuid, p_user uuid, p_administers boolean, p_keys text[], p_prefix text, p_labels jsonb, p_after text,
  p_size integer, p_bytes bigint, p_whole boolean, p_action text, p_caller json, p_selection json
) RETURNS TABLE (ordinal integer, key text, outcome text, tenant_name text, creator_name text, secret secrets)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  v_keys       text[];
  v_more       boolean;
  v_count      integer;
  v_ids        uuid[];
  v_outcomes   text[];
  v_tenants    text[];
  v_creators   text[];
  v_secrets    secrets[];
  v_is_unfit   boolean;
  v_is_refused boolean := false;
  v_entries    audit_entry[] := '{}';
BEGIN
  SELECT coalesce(array_agg(k.key ORDER BY k.place) FILTER (WHERE k.fits), '{}'), coalesce(bool_or(NOT k.fits), false)
  INTO v_keys, v_more
  FROM bulk_secret_keys(p_tenant, p_user, p_administers, p_keys, p_prefix, p_labels, p_after, p_size, p_bytes) AS k;
  IF v_more THEN
    ordinal := 0;
    outcome := 'more';
    RETURN NEXT;
    IF p_whole THEN
      RETURN;
    END IF;
  END IF;
  v_count := cardinality(v_keys);
  v_ids := ARRAY(SELECT new_event_id() FROM generate_series(1, v_count));

  BEGIN
    SELECT array_agg(CASE
                       WHEN secret_has_expired((r.secret).expires_at) THEN 'expired'
                       WHEN r.outcome = 'ok' AND (r.secret).value IS NULL THEN 'hidden'
                       ELSE r.outcome
                     END ORDER BY r.ordinal),
           array_agg(r.tenant_name ORDER BY r.ordinal),
           array_agg(r.creator_name ORDER BY r.ordinal),
           array_agg(r.secret ORDER BY r.ordinal),
           coalesce(bool_or(r.outcome <> 'ok' OR (r.secret).value IS NULL), false)
    INTO v_outcomes, v_tenants, v_creators, v_secrets, v_is_unfit
    FROM read_secrets(
      array_fill(p_tenant, ARRAY[v_count]), v_keys, v_ids, array_fill(p_action, ARRAY[v_count]),
      array_fill(p_caller, ARRAY[v_count]), array_fill(NULL::json, ARRAY[v_count]), array_fill(p_user, ARRAY[v_count]),
      array_fill(p_administers, ARRAY[v_count])
    ) AS r;
    IF p_whole AND v_is_unfit THEN
      -- Takes the events back, which say that the values were given.
      RAISE EXCEPTION USING ERRCODE = 'SRALL', MESSAGE = 'Not every secret can be given';
    END IF;
  EXCEPTION WHEN SQLSTATE 'SRALL' THEN
    v_is_refused := true;
  END;

  FOR i IN 1 .. v_count LOOP
    ordinal := i;
    key := v_keys[i];
    outcome := v_outcomes[i];
    tenant_name := v_tenants[i];
    creator_name := v_creators[i];
    secret := v_secrets[i];
    IF v_is_refused THEN
      v_entries := v_entries || ROW(
        p_tenant, v_ids[i], p_action, key, CASE WHEN secret.tenant_id = p_tenant THEN secret.id END, NULL, NULL,
        CASE outcome WHEN 'ok' THEN 'refused' WHEN 'hidden' THEN 'forbidden' ELSE outcome END, p_caller, NULL
      )::audit_entry;
      secret := NULL;
    END IF;
    RETURN NEXT;
  END LOOP;

  IF p_selection IS NOT NULL THEN
    v_entries := v_entries || ROW(
      p_tenant, p_selection ->> 'id', p_selection ->> 'action', NULL, NULL, NULL, NULL, 'ok', p_selection -> 'caller',
      p_selection -> 'detail'
    )::audit_entry;
  END IF;
  PERFORM record_events(v_entries);
END
$$;

REVOKE ALL ON FUNCTION read_secrets_in_bulk FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_secrets_in_bulk TO :"app_role";
