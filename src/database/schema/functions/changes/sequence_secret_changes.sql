-- Gives positions to committed changes that have none, up to p_limit of them. Returns their number: 0 also if another
-- transaction is about it and p_wait is false.
--
-- The pending rows are read along their primary key whatever the statistics say: they are often taken of the empty table.
CREATE OR REPLACE FUNCTION sequence_secret_changes(p_limit integer, p_wait boolean) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_last  bigint;
  v_count integer;
BEGIN
  IF NOT EXISTS (SELECT FROM secret_changes_pending) OR NOT lock_sequence('secret_changes', p_wait) THEN
    RETURN 0;
  END IF;
  SELECT coalesce(max(c.position), 0) INTO v_last FROM secret_changes c;
  WITH taken AS (
    DELETE FROM secret_changes_pending p
    WHERE p.id <= (
      SELECT max(oldest.id) FROM (SELECT o.id FROM secret_changes_pending o ORDER BY o.id LIMIT p_limit) AS oldest
    )
    RETURNING p.*
  )
  INSERT INTO secret_changes (
    tenant_id, position, secret_id, key, change, version, revision, visibility, created_by, former_owner, mark, changed_at
  )
  SELECT t.tenant_id, v_last + row_number() OVER (ORDER BY t.id), t.secret_id, t.key, t.change, t.version, t.revision,
         t.visibility, t.created_by, t.former_owner, t.mark, t.changed_at
  FROM taken t;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;

ALTER FUNCTION sequence_secret_changes OWNER TO :"reader_role";
REVOKE ALL ON FUNCTION sequence_secret_changes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sequence_secret_changes TO :"app_role";
