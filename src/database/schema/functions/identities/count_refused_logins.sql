-- Adds to the numbers of logins that were refused, by source. A row is not prolonged, so that sweep_login_failures
-- records a source's number once in a quarter of an hour however long the refusals go on. While the table is full, new
-- sources are counted together under '*'. Replicas that call at once lock the rows in one order.
CREATE OR REPLACE FUNCTION count_refused_logins(p_sources text[], p_counts integer[]) RETURNS void
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
  v_refused CONSTANT bytea := sha256('refused logins');
  v_full boolean := login_failures_full();
BEGIN
  INSERT INTO login_failures AS f (name_key, source, refused, expires_at)
  SELECT v_refused, c.source, sum(c.count), now() + interval '15 minutes'
  FROM (
    SELECT CASE WHEN v_full AND NOT EXISTS (
             SELECT FROM login_failures l WHERE l.name_key = v_refused AND l.source = r.source COLLATE "C"
           ) THEN '*' ELSE r.source COLLATE "C" END AS source, r.count
    FROM unnest(p_sources, p_counts) AS r (source, count)
  ) c
  GROUP BY c.source ORDER BY c.source
  ON CONFLICT (name_key, source) DO UPDATE SET refused = f.refused + excluded.refused;
END
$$;

REVOKE ALL ON FUNCTION count_refused_logins FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_refused_logins TO :"app_role";
