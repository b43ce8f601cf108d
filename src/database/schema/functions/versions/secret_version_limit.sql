-- Returns how many versions of a secret are kept, the current one included: as many as the secret says, or its tenant if
-- p_max is NULL, within the bounds of the tenant. The numbers are the defaults of tenant_settings.
CREATE OR REPLACE FUNCTION secret_version_limit(p_tenant uuid, p_max integer) RETURNS integer
LANGUAGE sql STABLE
AS $$
  SELECT least(
    greatest(coalesce(p_max, s.max_versions, 20), coalesce(s.max_versions_lower_bound, 1)),
    coalesce(s.max_versions_upper_bound, 100)
  )
  FROM (VALUES (p_tenant)) AS t (id) LEFT JOIN tenant_settings s ON s.tenant_id = t.id
$$;

REVOKE ALL ON FUNCTION secret_version_limit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_version_limit TO :"app_role";
