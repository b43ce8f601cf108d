-- Finds the secrets that have all labels of at least one element of p_labels, and a label of each name in p_names: those
-- of the given tenants that the user sees or, with p_global, the global ones of all other tenants. Returns only their ids,
-- or NULL if there are more than the limit, as search_secret_keys does, and for the same reasons reads the view by a
-- generic plan. Visits private secrets of other users only for an administrator of the tenant.
CREATE OR REPLACE FUNCTION search_secret_labels(
  p_tenants uuid[], p_administers boolean[], p_user uuid, p_labels jsonb[], p_names text[], p_limit integer,
  p_global boolean
) RETURNS TABLE (tenant_ids uuid[], ids uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  IF p_global THEN
    SELECT array_agg(f.tenant_id), array_agg(f.id) INTO tenant_ids, ids FROM (
      SELECT DISTINCT o.tenant_id, o.id FROM unnest(p_labels) AS l (wanted) CROSS JOIN LATERAL (
        SELECT s.tenant_id, s.id FROM secret_keys s
        WHERE s.visibility = 'global' AND s.labels <> '{}' AND s.labels @> l.wanted AND s.labels ?& p_names
          AND s.tenant_id <> ALL (p_tenants)
        LIMIT p_limit + 1
      ) o LIMIT p_limit + 1
    ) f;
  ELSE
    SELECT array_agg(f.tenant_id), array_agg(f.id) INTO tenant_ids, ids FROM (
      SELECT DISTINCT o.tenant_id, o.id
      FROM unnest(p_tenants, p_administers) AS t (id, administers) CROSS JOIN unnest(p_labels) AS l (wanted)
      CROSS JOIN LATERAL (
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE s.tenant_id = t.id AND s.visibility <> 'private' AND s.labels <> '{}' AND s.labels @> l.wanted
           AND s.labels ?& p_names
         LIMIT p_limit + 1)
        UNION ALL
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE s.tenant_id = t.id AND s.visibility = 'private' AND s.created_by = p_user AND s.labels <> '{}'
           AND s.labels @> l.wanted AND s.labels ?& p_names
         LIMIT p_limit + 1)
        UNION ALL
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE t.administers AND s.tenant_id = t.id AND s.visibility = 'private' AND s.created_by <> p_user
           AND s.labels <> '{}' AND s.labels @> l.wanted AND s.labels ?& p_names
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

ALTER FUNCTION search_secret_labels OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION search_secret_labels FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_secret_labels TO :"app_role";
