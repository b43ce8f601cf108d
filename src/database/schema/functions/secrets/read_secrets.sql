-- Reads many secrets and records each read, in one statement. Each result row carries the ordinal of its input.
--
-- A secret of the caller's tenant takes precedence over a global one. A private secret is visible only to its creator
-- and the administrators of its tenant. Another user's hidden value, and provider options, are returned only to
-- administrators of the secret's tenant; for everyone else they are NULL.
--
-- p_details may give conditions, which are not recorded: if_match and if_none_match, arrays of tags, where '*' matches
-- every secret. A tag is id.revision.mark; that of a secret of which something is hidden from the caller ends in
-- .masked, which if_match does not compare. The outcome is then precondition_failed or not_modified, and otherwise ok, or
-- not_found. With needs_value, also in p_details and not recorded, a hidden value is the outcome forbidden. With copied_to
-- (tenant_id, key), also not recorded, a key that is taken there is the outcome conflict: the copy cannot be made.
--
-- A secret that has expired is returned without its value and options. It is recorded as expired, whatever the conditions.
-- The outcome is precondition_failed, because earlier programs know no better one: none of them takes the secret for
-- absent. secret_has_expired of the row tells it from an outcome of conditions.
--
-- Where the value is hidden from the caller, the event of the read says so in without_value.
--
-- The event goes to the log of the secret's tenant or, if there is no secret, of the caller's tenant. For a reader from
-- another tenant it holds the tenant and the user's id, but neither name nor address.
CREATE OR REPLACE FUNCTION read_secrets(
  p_tenants uuid[], p_keys text[], p_events uuid[], p_actions text[], p_callers json[], p_details json[], p_users uuid[],
  p_administrators boolean[]
) RETURNS TABLE (ordinal integer, outcome text, tenant_name text, creator_name text, secret secrets)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  r         record;
  v_outcome text;
  v_foreign boolean;
  v_masked  boolean;
  v_detail  jsonb;
  v_tag     text;
  v_entries audit_entry[] := '{}';
BEGIN
  FOR r IN
    SELECT a.*, s.secret, t.name AS tenant_name, u.username AS creator_name
    FROM unnest(p_tenants, p_keys, p_events, p_actions, p_callers, p_details, p_users, p_administrators)
      WITH ORDINALITY AS a (reader_id, key, event_id, action, caller, detail, user_id, administers, ordinal)
    LEFT JOIN LATERAL (
      SELECT candidates.secret FROM (
        SELECT o AS secret, 1 AS rank FROM secrets o WHERE o.tenant_id = a.reader_id AND o.key = a.key COLLATE "C"
          AND (o.visibility <> 'private' OR o.created_by = a.user_id OR a.administers)
        UNION ALL
        SELECT g, 2 FROM secrets g WHERE g.visibility = 'global' AND g.key = a.key COLLATE "C"
          AND g.tenant_id <> a.reader_id
      ) candidates ORDER BY candidates.rank LIMIT 1
    ) s ON true
    LEFT JOIN users u ON u.id = (s.secret).created_by
    LEFT JOIN tenants t ON t.id = (s.secret).tenant_id
  LOOP
    ordinal := r.ordinal;
    tenant_name := r.tenant_name;
    creator_name := r.creator_name;
    secret := r.secret;
    v_outcome := CASE
      WHEN secret.id IS NULL THEN 'not_found' WHEN secret_has_expired(secret.expires_at) THEN 'expired' ELSE 'ok'
    END;
    v_foreign := coalesce(secret.tenant_id <> r.reader_id, false);
    v_masked := false;

    IF (secret.is_hidden_value OR secret.provider_options IS NOT NULL) AND secret.created_by <> r.user_id
       AND NOT (CASE WHEN v_foreign THEN user_may(r.user_id, secret.tenant_id, 'administrators') ELSE r.administers END)
    THEN
      secret := blank_secret(secret, secret.is_hidden_value);
      v_masked := true;
    END IF;

    IF r.detail IS NOT NULL THEN
      v_detail := r.detail;
      v_tag := concat_ws('.', secret.id, secret.revision, secret.mark);
      IF v_outcome <> 'ok' THEN
        NULL;
      ELSIF v_detail ? 'needs_value' AND secret.value IS NULL THEN
        v_outcome := 'forbidden';
      ELSIF NOT v_detail -> 'if_match' ?| ARRAY['*', v_tag] THEN
        v_outcome := 'precondition_failed';
      ELSIF v_detail -> 'if_none_match' ?| ARRAY['*', v_tag || CASE WHEN v_masked THEN '.masked' ELSE '' END] THEN
        v_outcome := 'not_modified';
      ELSIF v_detail ? 'copied_to' AND (
        EXISTS (
          SELECT FROM secrets o WHERE o.tenant_id = (v_detail #>> '{copied_to,tenant_id}')::uuid
            AND o.key = (v_detail #>> '{copied_to,key}') COLLATE "C"
        ) OR EXISTS (
          SELECT FROM secrets g WHERE g.visibility = 'global' AND g.key = (v_detail #>> '{copied_to,key}') COLLATE "C"
        )
      ) THEN
        v_outcome := 'conflict';
      END IF;
      r.detail := nullif(v_detail - ARRAY['if_match', 'if_none_match', 'needs_value', 'copied_to'], '{}');
    END IF;
    IF v_outcome = 'ok' AND secret.value IS NULL THEN
      r.detail := coalesce(r.detail::jsonb, '{}') || '{"without_value": "hidden"}';
    END IF;
    outcome := v_outcome;
    IF v_outcome = 'expired' THEN
      outcome := 'precondition_failed';
      secret := blank_secret(secret, true);
    END IF;
    RETURN NEXT;

    IF v_foreign THEN
      r.caller := json_build_object(
        'actor_id', r.caller -> 'actor_id', 'actor_name', NULL, 'method', r.caller -> 'method',
        'request_id', r.caller -> 'request_id', 'address', NULL
      );
      r.detail := coalesce(r.detail::jsonb, '{}') || jsonb_build_object('reader_tenant', r.reader_id);
    END IF;
    v_entries := v_entries || ROW(
      coalesce(secret.tenant_id, r.reader_id), r.event_id, r.action, r.key, secret.id, secret.version, secret.revision,
      v_outcome, r.caller, r.detail
    )::audit_entry;
  END LOOP;

  PERFORM record_events(v_entries);
END
$$;

ALTER FUNCTION read_secrets OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_secrets TO :"app_role";
