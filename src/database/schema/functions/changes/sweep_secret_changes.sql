-- Deletes changes that are older than seven days, up to p_limit of them, and returns their number. The last of them stays:
-- whoever has read up to it has missed nothing yet.
CREATE OR REPLACE FUNCTION sweep_secret_changes(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_young bigint;
  v_keep  bigint;
  v_count integer;
BEGIN
  SELECT min(o.position) FILTER (WHERE o.changed_at >= now() - interval '7 days'), max(o.position)
  INTO v_young, v_keep
  FROM (SELECT c.position, c.changed_at FROM secret_changes c ORDER BY c.position LIMIT p_limit + 1) AS o;
  SELECT max(c.position) INTO v_keep FROM secret_changes c WHERE c.position <= v_keep AND c.position < coalesce(v_young, v_keep + 1);
  DELETE FROM secret_changes c WHERE c.position < v_keep;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;

ALTER FUNCTION sweep_secret_changes OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION sweep_secret_changes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_secret_changes TO :"app_role";
