-- Returns what is new for all who wait at a replica, as JSON: the changes after the lowest of p_positions that belong to
-- one of p_tenants or are of global secrets, whoever may see them. What expired, and what was committed, gets its
-- position first, unless another transaction is about it.
--
-- upto and upto_mark name the position up to which these are all. lost lists those of p_positions whose row has not the
-- mark of p_marks, as read_secret_changes tells by known.
CREATE OR REPLACE FUNCTION poll_secret_changes(
  p_positions bigint[], p_marks uuid[], p_tenants uuid[], p_limit integer
) RETURNS TABLE (lost bigint[], upto bigint, upto_mark uuid, more boolean, changes json)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_after bigint := (SELECT min(p) FROM unnest(p_positions) AS p);
  v_count integer;
BEGIN
  PERFORM note_expired_secrets(100);
  PERFORM sequence_secret_changes(1000, false);
  SELECT c.position, c.mark INTO upto, upto_mark FROM secret_changes c ORDER BY c.position DESC LIMIT 1;
  SELECT coalesce(json_agg(row_to_json(f) ORDER BY f.position), '[]'), count(*) INTO changes, v_count
  FROM (
    SELECT c.*, t.name AS tenant_name
    FROM (
      SELECT n.* FROM secret_changes n
      WHERE n.position > v_after AND n.position <= upto AND (n.tenant_id = ANY (p_tenants) OR n.visibility = 'global')
      ORDER BY n.position LIMIT p_limit
    ) AS c JOIN tenants t ON t.id = c.tenant_id
  ) AS f;
  lost := ARRAY(
    SELECT a.position FROM unnest(p_positions, p_marks) AS a (position, mark)
    WHERE NOT EXISTS (SELECT FROM secret_changes c WHERE c.position = a.position AND c.mark = a.mark)
  );

  more := v_count = p_limit;
  IF more THEN
    upto := changes -> -1 ->> 'position';
    upto_mark := changes -> -1 ->> 'mark';
  END IF;
  RETURN NEXT;
END
$$;

ALTER FUNCTION poll_secret_changes OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION poll_secret_changes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION poll_secret_changes TO :"app_role";
