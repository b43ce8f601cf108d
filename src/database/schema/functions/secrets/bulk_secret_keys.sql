-- Returns the keys that a bulk read may read, in their places, and tells which of them fit into one answer: at most p_size
-- keys of at most p_bytes together, but at least one. At most one key that does not fit is returned after p_size others.
--
-- p_keys are taken as they are given; a secret that the caller does not see counts no bytes. If p_keys is NULL, the keys are
-- those of the secrets that the caller sees, as in a list, that begin with p_prefix and come after p_after. A key is of
-- characters below U+007F.
CREATE OR REPLACE FUNCTION bulk_secret_keys(
  p_tenant uuid, p_user uuid, p_administers boolean, p_keys text[], p_prefix text, p_after text, p_size integer,
  p_bytes bigint
) RETURNS TABLE (place integer, key text, fits boolean)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_keys text[] := p_keys;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  IF v_keys IS NULL THEN
    v_keys := ARRAY(
      SELECT c.key FROM (
        (SELECT s.key FROM secrets s
         WHERE s.tenant_id = p_tenant AND (s.visibility <> 'private' OR s.created_by = p_user OR p_administers)
           AND s.key >= p_prefix COLLATE "C" AND s.key < (p_prefix || chr(127)) COLLATE "C" AND s.key > p_after COLLATE "C"
         ORDER BY s.key LIMIT p_size + 1)
        UNION ALL
        (SELECT s.key FROM secrets s
         WHERE s.visibility = 'global' AND s.tenant_id <> p_tenant
           AND s.key >= p_prefix COLLATE "C" AND s.key < (p_prefix || chr(127)) COLLATE "C" AND s.key > p_after COLLATE "C"
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
      SELECT octet_length(c.value) + coalesce(octet_length(c.provider_options), 0)
               + coalesce(octet_length(c.schema::text), 0) + coalesce(octet_length(c.description), 0) AS bytes
      FROM (
        SELECT s.value, s.provider_options, s.schema, s.description FROM secrets s
        WHERE s.tenant_id = p_tenant AND s.key = k.key COLLATE "C"
          AND (s.visibility <> 'private' OR s.created_by = p_user OR p_administers)
        UNION ALL
        SELECT s.value, s.provider_options, s.schema, s.description FROM secrets s
        WHERE s.visibility = 'global' AND s.key = k.key COLLATE "C" AND s.tenant_id <> p_tenant
      ) AS c LIMIT 1
    ) AS f ON true
  ) AS m
  WHERE m.place <= p_size + 1
  ORDER BY m.place;
END
$$;

REVOKE ALL ON FUNCTION bulk_secret_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bulk_secret_keys TO :"app_role";
