-- Locks keys until the transaction ends, exclusively if the key is to become global, otherwise shared. The locks are
-- taken in a fixed order, so that two callers that lock many keys cannot deadlock.
CREATE OR REPLACE FUNCTION lock_secret_keys(p_keys text[], p_globals boolean[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_bucket record;
BEGIN
  FOR v_bucket IN
    SELECT secret_key_bucket(k.key) AS id, bool_or(k.global) AS exclusive
    FROM unnest(p_keys, p_globals) AS k (key, global) GROUP BY 1 ORDER BY 1
  LOOP
    IF v_bucket.exclusive THEN
      PERFORM pg_advisory_xact_lock(v_bucket.id);
    ELSE
      PERFORM pg_advisory_xact_lock_shared(v_bucket.id);
    END IF;
  END LOOP;
END
$$;

REVOKE ALL ON FUNCTION lock_secret_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_secret_keys TO :"app_role", :"reader_role";
