-- Returns the changes after a position that a user of a tenant may see, as JSON: those of the tenant, without others'
-- private secrets unless the user administers the tenant, and those of global secrets. What was committed before the call
-- gets its position first; if that is too much for one call, there are further changes.
--
-- known tells whether p_mark is that of the row at p_after; if it is not, the row is too old, or the database was restored
-- from a backup. upto and upto_mark name the position up to which the caller has seen everything; more tells whether
-- there may be further changes. Without p_after nothing is returned but the present end.
CREATE OR REPLACE FUNCTION read_secret_changes(
  p_tenant uuid, p_user uuid, p_administers boolean, p_after bigint, p_mark uuid, p_limit integer
) RETURNS TABLE (known boolean, upto bigint, upto_mark uuid, more boolean, changes json)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_most     CONSTANT integer := 20000;
  v_numbered integer;
  v_count    integer := 0;
BEGIN
  -- At once: a further batch of the same transaction would read all rows again that it has taken already.
  v_numbered := sequence_secret_changes(v_most, true);
  SELECT c.position, c.mark INTO upto, upto_mark FROM secret_changes c ORDER BY c.position DESC LIMIT 1;
  changes := '[]';
  known := true;

  IF p_after IS NOT NULL THEN
    SELECT coalesce(json_agg(row_to_json(f) ORDER BY f.position), '[]'), count(*) INTO changes, v_count
    FROM (
      SELECT seen.*, t.name AS tenant_name FROM (
        (SELECT o.* FROM secret_changes o
         WHERE o.tenant_id = p_tenant AND o.position > p_after AND o.position <= upto
           AND (o.visibility <> 'private' OR p_administers OR p_user IN (o.created_by, o.former_owner))
         ORDER BY o.position LIMIT p_limit)
        UNION ALL
        (SELECT g.* FROM secret_changes g
         WHERE g.visibility = 'global' AND g.tenant_id <> p_tenant AND g.position > p_after AND g.position <= upto
         ORDER BY g.position LIMIT p_limit)
      ) AS seen JOIN tenants t ON t.id = seen.tenant_id
      ORDER BY seen.position LIMIT p_limit
    ) AS f;
    -- Asked last: rows that were deleted meanwhile, together with this one, may have been missed above.
    known := EXISTS (SELECT FROM secret_changes c WHERE c.position = p_after AND c.mark = p_mark);
  END IF;

  more := v_count = p_limit OR v_numbered = v_most;
  IF v_count = p_limit THEN
    upto := changes -> -1 ->> 'position';
    upto_mark := changes -> -1 ->> 'mark';
  END IF;
  RETURN NEXT;
END
$$;

ALTER FUNCTION read_secret_changes OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION read_secret_changes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_secret_changes TO :"app_role";
