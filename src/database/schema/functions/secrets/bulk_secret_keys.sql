-- Returns the keys that a bulk read may read, in their places, and tells which of them fit into one answer: at most p_size
-- keys of at most p_bytes together, but at least one. At most one key that does not fit is returned after p_size others.
--
-- Only what read_secrets gives to the caller counts: a secret that the caller does not see, or that has expired, counts no
-- bytes, and a hidden value or hidden options count none either. So the end of a page does not tell how long they are.
--
-- p_keys are taken as they are given. If p_keys is NULL, the keys are those of the secrets that the caller sees, as in a
-- list, that come after p_after and begin with p_prefix or, unless p_labels is NULL, have all labels of this object;
-- p_prefix is empty then. A key is of characters below U+007F.
--
-- Labels are looked up by search_secret_labels, and what it finds by id; the LIMIT keeps the planner from scanning all keys
-- instead. If it finds too many secrets, a scan in the order of keys soon has a page.
CREATE OR REPLACE FUNCTION bulk_secret_keys(
  p_tenant uuid, p_user uuid, p_administers boolean, p_keys text[], p_prefix text, p_labels jsonb, p_after text,
  p_size integer, p_bytes bigint
) RETURNS TABLE (place integer, key text, fits boolean)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_keys          text[] := p_keys;
  v_own           uuid[];
  v_other_tenants uuid[];
  v_others        uuid[];
  v_most_picked   CONSTANT integer := 3000;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  IF v_keys IS NULL AND p_labels IS NOT NULL THEN
    SELECT f.ids INTO v_own FROM search_secret_labels(
      ARRAY[p_tenant], ARRAY[p_administers], p_user, ARRAY[p_labels], '{}', v_most_picked, false
    ) AS f;
    SELECT f.tenant_ids, f.ids INTO v_other_tenants, v_others FROM search_secret_labels(
      ARRAY[p_tenant], ARRAY[p_administers], p_user, ARRAY[p_labels], '{}', v_most_picked, true
    ) AS f;
  END IF;

  IF v_keys IS NULL THEN
    v_keys := ARRAY(
      SELECT c.key FROM (
        (SELECT s.key FROM secrets s
         WHERE v_own IS NULL AND s.tenant_id = p_tenant
           AND (s.visibility <> 'private' OR s.created_by = p_user OR p_administers)
           AND s.key >= p_prefix COLLATE "C" AND s.key < (p_prefix || chr(127)) COLLATE "C" AND s.key > p_after COLLATE "C"
           AND (p_labels IS NULL OR s.labels @> p_labels)
         ORDER BY s.key LIMIT p_size + 1)
        UNION ALL
        (SELECT s.key FROM unnest(v_own) AS o (id) CROSS JOIN LATERAL (
           SELECT * FROM secrets WHERE tenant_id = p_tenant AND id = o.id LIMIT 1
         ) AS s
         WHERE (s.visibility <> 'private' OR s.created_by = p_user OR p_administers)
           AND s.key > p_after COLLATE "C" AND s.labels @> p_labels
         ORDER BY s.key LIMIT p_size + 1)
        UNION ALL
        (SELECT s.key FROM secrets s
         WHERE v_others IS NULL AND s.visibility = 'global' AND s.tenant_id <> p_tenant
           AND s.key >= p_prefix COLLATE "C" AND s.key < (p_prefix || chr(127)) COLLATE "C" AND s.key > p_after COLLATE "C"
           AND (p_labels IS NULL OR s.labels @> p_labels)
         ORDER BY s.key LIMIT p_size + 1)
        UNION ALL
        (SELECT s.key FROM unnest(v_other_tenants, v_others) AS o (tenant_id, id) CROSS JOIN LATERAL (
           SELECT * FROM secrets WHERE tenant_id = o.tenant_id AND id = o.id LIMIT 1
         ) AS s
         WHERE s.visibility = 'global' AND s.tenant_id <> p_tenant
           AND s.key > p_after COLLATE "C" AND s.labels @> p_labels
         ORDER BY s.key LIMIT p_size + 1)
      ) AS c ORDER BY c.key LIMIT p_size + 1
    );
  END IF;

  RETURN QUERY
  SELECT m.place::integer, m.key, m.place <= p_size AND (m.upto <= p_bytes OR m.place = 1)
  FROM (
    SELECT k.place, k.key, sum(coalesce(f.bytes, 0)) OVER (ORDER BY k.place) AS upto
    FROM unnest(v_keys) WITH ORDINALITY AS k (key, place)
    LEFT JOIN LATERAL (
      SELECT CASE WHEN c.shows_all OR NOT c.is_hidden_value THEN octet_length(c.value) ELSE 0 END
               + CASE WHEN c.shows_all THEN coalesce(octet_length(c.provider_options), 0) ELSE 0 END
               + coalesce(octet_length(c.schema::text), 0) + coalesce(octet_length(c.description), 0) AS bytes,
             c.expires_at
      FROM (
        SELECT s.*, s.created_by = p_user OR p_administers AS shows_all FROM secrets s
        WHERE s.tenant_id = p_tenant AND s.key = k.key COLLATE "C"
          AND (s.visibility <> 'private' OR s.created_by = p_user OR p_administers)
        UNION ALL
        SELECT s.*, s.created_by = p_user OR NOT s.is_hidden_value AND s.provider_options IS NULL
                      OR user_may(p_user, s.tenant_id, 'administrators')
        FROM secrets s
        WHERE s.visibility = 'global' AND s.key = k.key COLLATE "C" AND s.tenant_id <> p_tenant
      ) AS c LIMIT 1
    ) AS f ON secret_has_expired(f.expires_at) IS NOT TRUE
  ) AS m
  WHERE m.place <= p_size + 1
  ORDER BY m.place;
END
$$;

REVOKE ALL ON FUNCTION bulk_secret_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bulk_secret_keys TO :"app_role";
