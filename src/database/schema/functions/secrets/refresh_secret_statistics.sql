-- Analyzes the tables of secrets where the planner knows nothing of them yet, or they have grown fourfold since. Without
-- statistics it takes a partial index for tiny, and reads all secrets of a tenant to find one by its id. PostgreSQL does the
-- same by itself, but a minute later, and only after a restore's first hundreds of changes.
-- Returns whether it analyzed them. Does nothing while another session does.
CREATE OR REPLACE FUNCTION refresh_secret_statistics() RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET lock_timeout = '50ms'
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_class c, LATERAL (SELECT pg_relation_size(c.oid) / 8192 AS pages) AS present
    WHERE c.oid = 'secrets'::regclass AND present.pages > 0
      AND (c.reltuples < 0 OR present.pages > 4 * greatest(c.relpages, 8))
  ) OR NOT pg_try_advisory_xact_lock(hashtextextended('refresh_secret_statistics', 0)) THEN
    RETURN false;
  END IF;
  ANALYZE secrets;
  ANALYZE secret_versions;
  RETURN true;
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END
$$;

REVOKE ALL ON FUNCTION refresh_secret_statistics FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_secret_statistics TO :"app_role";
