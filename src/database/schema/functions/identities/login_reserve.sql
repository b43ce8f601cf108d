-- Reserves one password verification before it is made.
--
-- Verdicts: 'allowed' (locks: the pair is locked if this attempt fails), 'locked' (fresh: for less than a second),
-- 'ceiling'. The fifth reservation for a pair of name and source locks it for a minute, doubling up to fifteen minutes.
-- A pair that has not logged in within thirty days is unproved. Within fifteen minutes a name has thirty reservations,
-- and a source one hundred over all names, for unproved pairs; pairs that have logged in are let pass.
--
-- Rows are locked in one order by everything that changes them: the pairs of a name by source, then the name (source
-- '*'), then the source (under the hash of 'any name', which no name has). While the table is full, an attempt under
-- the name of nobody (p_known is false) makes no rows of its own and counts against its source alone.
CREATE OR REPLACE FUNCTION login_reserve(p_name_key bytea, p_source text, p_known boolean)
RETURNS TABLE (verdict text, locks boolean, fresh boolean, unproved boolean)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  v_any_name CONSTANT bytea := sha256('any name');
  v_now timestamptz := clock_timestamp();
  v_pair login_failures;
  v_unproved boolean;
BEGIN
  SELECT * INTO v_pair FROM login_failures WHERE name_key = p_name_key AND source = p_source;
  v_unproved := coalesce(v_pair.trusted_until <= v_now, true);
  IF v_unproved AND (
    EXISTS (SELECT FROM login_failures WHERE name_key = p_name_key AND source = '*' AND failures >= 30
              AND expires_at > v_now)
    OR EXISTS (SELECT FROM login_failures WHERE name_key = v_any_name AND source = p_source AND failures >= 100
                 AND expires_at > v_now)
  ) THEN
    RETURN QUERY SELECT 'ceiling', false, false, true;
    RETURN;
  END IF;

  IF v_pair.name_key IS NOT NULL OR p_known OR NOT login_failures_full() THEN
    INSERT INTO login_failures AS f (name_key, source, failures, expires_at)
    VALUES (p_name_key, p_source, 1, v_now + interval '15 minutes')
    ON CONFLICT (name_key, source) DO UPDATE SET
      failures = CASE WHEN f.expires_at <= v_now THEN 1 WHEN f.failures + 1 >= 5 THEN 0 ELSE f.failures + 1 END,
      locks = CASE WHEN f.expires_at <= v_now THEN 0 WHEN f.failures + 1 >= 5 THEN f.locks + 1 ELSE f.locks END,
      locked_at = CASE WHEN f.expires_at > v_now AND f.failures + 1 >= 5 THEN v_now END,
      locked_until = CASE WHEN f.expires_at > v_now AND f.failures + 1 >= 5
        THEN v_now + least(interval '1 minute' * power(2, least(f.locks, 10)), interval '15 minutes') END,
      expires_at = greatest(f.expires_at, v_now + interval '1 hour')
    WHERE f.locked_until IS NULL OR f.locked_until <= v_now
    RETURNING f.* INTO v_pair;
    IF NOT FOUND THEN
      SELECT * INTO v_pair FROM login_failures WHERE name_key = p_name_key AND source = p_source;
      RETURN QUERY SELECT 'locked', false, coalesce(v_pair.locked_at > v_now - interval '1 second', false), v_unproved;
      RETURN;
    END IF;
    v_unproved := coalesce(v_pair.trusted_until <= v_now, true);

    INSERT INTO login_failures AS f (name_key, source, failures, expires_at)
    VALUES (p_name_key, '*', 1, v_now + interval '15 minutes')
    ON CONFLICT (name_key, source) DO UPDATE SET
      failures = CASE WHEN f.expires_at <= v_now THEN 1 ELSE f.failures + 1 END,
      expires_at = CASE WHEN f.expires_at <= v_now THEN v_now + interval '15 minutes' ELSE f.expires_at END
    WHERE f.expires_at <= v_now OR f.failures < 30 OR NOT v_unproved;
    IF NOT FOUND THEN
      RETURN QUERY SELECT 'ceiling', false, false, v_unproved;
      RETURN;
    END IF;
  END IF;

  IF v_unproved THEN
    INSERT INTO login_failures AS f (name_key, source, failures, expires_at)
    VALUES (v_any_name, p_source, 1, v_now + interval '15 minutes')
    ON CONFLICT (name_key, source) DO UPDATE SET
      failures = CASE WHEN f.expires_at <= v_now THEN 1 ELSE f.failures + 1 END,
      expires_at = CASE WHEN f.expires_at <= v_now THEN v_now + interval '15 minutes' ELSE f.expires_at END
    WHERE f.expires_at <= v_now OR f.failures < 100;
    IF NOT FOUND THEN
      RETURN QUERY SELECT 'ceiling', false, false, true;
      RETURN;
    END IF;
  END IF;
  RETURN QUERY SELECT 'allowed', coalesce(v_pair.locked_until > v_now, false), false, v_unproved;
END
$$;

REVOKE ALL ON FUNCTION login_reserve FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_reserve TO :"app_role";
