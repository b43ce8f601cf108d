-- Returns the epochs of a log, the oldest first: all of which any table has a row. An epoch of which somebody deleted only the
-- keys or only the leaves is therefore still exported and compared, and found to be damaged. The number of an epoch is the
-- minute of its beginning, so that nothing can count from one to the next.
CREATE OR REPLACE FUNCTION audit_epochs(p_log uuid) RETURNS SETOF integer
LANGUAGE sql STABLE
AS $$
  WITH RECURSIVE epochs AS (
    SELECT 0 AS epoch
    UNION ALL
    SELECT least(
      (SELECT l.epoch FROM audit_leaves l WHERE l.log_id = p_log AND l.epoch > e.epoch ORDER BY l.epoch LIMIT 1),
      (SELECT k.epoch FROM audit_log_keys k WHERE k.log_id = p_log AND k.epoch > e.epoch ORDER BY k.epoch LIMIT 1),
      (SELECT c.epoch FROM audit_checkpoints c WHERE c.log_id = p_log AND c.epoch > e.epoch ORDER BY c.epoch LIMIT 1),
      (SELECT u.epoch FROM audit_pruned u WHERE u.log_id = p_log AND u.epoch > e.epoch ORDER BY u.epoch LIMIT 1),
      (SELECT g.epoch FROM audit_logs g WHERE g.log_id = p_log AND g.epoch > e.epoch)
    )
    FROM epochs e WHERE e.epoch IS NOT NULL
  )
  SELECT e.epoch FROM epochs e WHERE e.epoch > 0
$$;

REVOKE ALL ON FUNCTION audit_epochs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_epochs TO :"reader_role";
