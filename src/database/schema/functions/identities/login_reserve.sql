-- Reserves one password verification before it is made.
--
-- Verdicts: 'allowed' (locks: the pair is locked if this attempt fails), 'locked' (fresh: for less than a second),
-- 'ceiling'. The fifth reservation for a pair of name and source locks it for a minute, doubling up to fifteen minutes.
-- Thirty reservations for a name within fifteen minutes close it to sources that have not logged in before.
CREATE OR REPLACE FUNCTION login_reserve(p_name_key bytea, p_source text)
RETURNS TABLE (verdict text, locks boolean, fresh boolean)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := clock_timestamp();
  v_pair login_failures;
BEGIN
  IF EXISTS (SELECT FROM login_failures WHERE name_key = p_name_key AND source = '*' AND failures >= 30
               AND expires_at > v_now)
     AND NOT EXISTS (SELECT FROM login_failures WHERE name_key = p_name_key AND source = p_source
               AND trusted_until > v_now) THEN
    UPDATE login_failures SET refused = refused + 1 WHERE name_key = p_name_key AND source = '*';
    RETURN QUERY SELECT 'ceiling', false, false;
    RETURN;
  END IF;

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
    UPDATE login_failures SET refused = refused + 1 WHERE name_key = p_name_key AND source = p_source
    RETURNING * INTO v_pair;
    RETURN QUERY SELECT 'locked', false, coalesce(v_pair.locked_at > v_now - interval '1 second', false);
    RETURN;
  END IF;

  INSERT INTO login_failures AS f (name_key, source, failures, expires_at)
  VALUES (p_name_key, '*', 1, v_now + interval '15 minutes')
  ON CONFLICT (name_key, source) DO UPDATE SET
    failures = CASE WHEN f.expires_at <= v_now THEN 1 ELSE f.failures + 1 END,
    expires_at = CASE WHEN f.expires_at <= v_now THEN v_now + interval '15 minutes' ELSE f.expires_at END
  WHERE f.expires_at <= v_now OR f.failures < 30 OR v_pair.trusted_until > v_now;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'ceiling', false, false;
    RETURN;
  END IF;
  RETURN QUERY SELECT 'allowed', v_pair.locked_until IS NOT NULL, false;
END
$$;

REVOKE ALL ON FUNCTION login_reserve FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_reserve TO :"app_role";
