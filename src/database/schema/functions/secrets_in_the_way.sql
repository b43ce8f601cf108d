-- Does what secret_key_taken does, for many keys whose locks the caller holds. Returns the ordinals of the keys in
-- whose way another tenant stands, and whether it is with a global secret.
CREATE OR REPLACE FUNCTION secrets_in_the_way(p_tenants uuid[], p_keys text[], p_globals boolean[])
RETURNS TABLE (ordinal integer, by_global boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
  SELECT k.ordinal::integer, k.by_global FROM (
    SELECT w.ordinal, w.tenant_id, w.key, w.global, EXISTS (
      SELECT FROM secrets s WHERE s.visibility = 'global' AND s.key = w.key COLLATE "C" AND s.tenant_id <> w.tenant_id
    ) AS by_global
    FROM unnest(p_tenants, p_keys, p_globals) WITH ORDINALITY AS w (tenant_id, key, global, ordinal)
  ) k
  WHERE k.by_global OR k.global AND EXISTS (
    SELECT FROM tenants t JOIN secrets s ON s.tenant_id = t.id AND s.key = k.key COLLATE "C" WHERE t.id <> k.tenant_id
  )
$$;

ALTER FUNCTION secrets_in_the_way OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION secrets_in_the_way FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secrets_in_the_way TO :"app_role";
