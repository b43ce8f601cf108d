-- Finds the secrets whose key matches a pattern: those of the given tenants that the user sees or, with p_global, the
-- global ones of all other tenants. Returns only their ids; the caller reads the rows under the policies. Returns NULL if
-- there are more than the limit, since scanning an index in the list's order is then faster. The pattern must contain a
-- trigram.
--
-- Private secrets of other users have an index entry of their own kind, which the search visits only for an administrator
-- of the tenant. So neither the result nor the time of a search depends on keys that the user may not see.
--
-- Reads the view instead of the table because no policy may stand between ILIKE and its index. The generic plan always
-- uses that index. A custom plan would rely on how often the pattern matches in all tenants, and so might scan a large
-- tenant in which it matches nothing.
CREATE OR REPLACE FUNCTION search_secret_keys(
  p_tenants uuid[], p_administers boolean[], p_user uuid, p_pattern text, p_limit integer, p_global boolean
) RETURNS TABLE (tenant_ids uuid[], ids uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  IF p_global THEN
    SELECT array_agg(f.tenant_id), array_agg(f.id) INTO tenant_ids, ids FROM (
      SELECT s.tenant_id, s.id FROM secret_keys s
      WHERE s.visibility = 'global' AND s.key ILIKE p_pattern AND s.tenant_id <> ALL (p_tenants) LIMIT p_limit + 1
    ) f;
  ELSE
    SELECT array_agg(f.tenant_id), array_agg(f.id) INTO tenant_ids, ids FROM (
      SELECT o.tenant_id, o.id FROM unnest(p_tenants, p_administers) AS t (id, administers) CROSS JOIN LATERAL (
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE s.tenant_id = t.id AND s.visibility <> 'private' AND s.key ILIKE p_pattern LIMIT p_limit + 1)
        UNION ALL
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE s.tenant_id = t.id AND s.visibility = 'private' AND s.created_by = p_user AND s.key ILIKE p_pattern
         LIMIT p_limit + 1)
        UNION ALL
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE t.administers AND s.tenant_id = t.id AND s.visibility = 'private' AND s.created_by <> p_user
           AND s.key ILIKE p_pattern
         LIMIT p_limit + 1)
      ) o LIMIT p_limit + 1
    ) f;
  END IF;
  IF cardinality(ids) > p_limit THEN
    tenant_ids := NULL;
    ids := NULL;
  ELSE
    tenant_ids := coalesce(tenant_ids, '{}');
    ids := coalesce(ids, '{}');
  END IF;
  RETURN NEXT;
END
$$;

ALTER FUNCTION search_secret_keys OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION search_secret_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_secret_keys TO :"app_role";
