-- Reads one version of a secret of the caller's tenant: the one of a number or, if p_version is NULL, the one that was
-- current at a time. Returns the secret as it is now, with the number and the value of that version, and without provider
-- options, which have no versions.
--
-- p_event (id, action, caller, detail) records the read; NULL records nothing, since a change that looks a version up is
-- recorded itself. p_if_match and p_if_none_match hold tags as in read_secrets.
--
-- Outcomes: ok, not_modified, precondition_failed, with the secret; expired, with the secret without values, where a read
-- is recorded; destroyed, with the time; no_version, if the caller sees no such version; and those of versioned_secret.
CREATE OR REPLACE FUNCTION read_secret_version(
  p_tenant uuid, p_key text, p_version integer, p_at timestamptz, p_user uuid, p_administers boolean, p_event json,
  p_if_match text[], p_if_none_match text[]
) RETURNS TABLE (outcome text, is_masked boolean, destroyed_at timestamptz, creator_name text, secret secrets)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_id      uuid;
  v_version record;
  v_found   record;
  v_number  integer := p_version;
  v_tag     text;
  v_detail  json;
BEGIN
  SELECT s.outcome, s.id INTO outcome, v_id FROM versioned_secret(p_tenant, p_key, p_user, p_administers) s;
  is_masked := false;

  IF outcome = 'ok' AND p_event IS NOT NULL THEN
    SELECT s AS secret, u.username AS owner_name INTO v_found
    FROM secrets s JOIN users u ON u.id = s.created_by
    WHERE s.tenant_id = p_tenant AND s.id = v_id AND secret_has_expired(s.expires_at);
    IF FOUND THEN
      outcome := 'expired';
      secret := blank_secret(v_found.secret, true);
      creator_name := v_found.owner_name;
    END IF;
  END IF;

  IF outcome = 'ok' THEN
    -- The newest that is old enough is found first, and only then its rights are looked at. A secret that has moved in the
    -- meantime is not read, since its versions open only under its new key; one statement sees both or neither.
    SELECT v.*, s AS secret, u.username AS owner_name INTO v_version
    FROM secrets s JOIN users u ON u.id = s.created_by
    CROSS JOIN LATERAL versions_of_secret(p_tenant, s.id, p_user, p_administers) v
    WHERE s.tenant_id = p_tenant AND s.id = v_id AND s.key = p_key COLLATE "C"
      AND (p_version IS NULL OR v.version = p_version) AND (p_at IS NULL OR v.created_at <= p_at)
    ORDER BY v.version DESC LIMIT 1;
    IF NOT FOUND OR NOT v_version.is_visible THEN
      outcome := 'no_version';
    ELSE
      v_number := v_version.version;
      destroyed_at := v_version.destroyed_at;
      outcome := CASE WHEN destroyed_at IS NULL THEN 'ok' ELSE 'destroyed' END;
    END IF;
  END IF;

  IF outcome = 'ok' THEN
    secret := v_version.secret;
    creator_name := v_version.owner_name;
    is_masked := v_version.is_masked;
    v_tag := concat_ws('.', secret.id, secret.revision, secret.mark);
    IF NOT p_if_match && ARRAY['*', v_tag] THEN
      outcome := 'precondition_failed';
    ELSIF p_if_none_match && ARRAY['*', v_tag || CASE WHEN is_masked THEN '.masked' ELSE '' END] THEN
      outcome := 'not_modified';
    END IF;
    secret.version := v_version.version;
    secret.value := CASE WHEN outcome = 'ok' AND NOT is_masked THEN v_version.value END;
    secret.provider_options := NULL;
  END IF;
  RETURN NEXT;

  IF p_event IS NOT NULL THEN
    v_detail := p_event -> 'detail';
    IF outcome = 'ok' AND is_masked THEN
      v_detail := (coalesce(nullif(v_detail::jsonb, 'null'), '{}') || '{"without_value": "hidden"}')::json;
    END IF;
    PERFORM record_events(ARRAY[ROW(
      p_tenant, p_event ->> 'id', p_event ->> 'action', p_key, v_id, v_number, secret.revision,
      CASE outcome WHEN 'no_version' THEN 'not_found' WHEN 'destroyed' THEN 'gone' WHEN 'foreign' THEN 'forbidden'
        ELSE outcome END,
      p_event -> 'caller', v_detail
    )::audit_entry]);
  END IF;
END
$$;

REVOKE ALL ON FUNCTION read_secret_version FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_secret_version TO :"app_role";
