-- Clears the pair of name and source after the right password, returns the reservation, and trusts the source for
-- thirty days. p_unproved is what login_reserve said of the pair: whether the attempt also counts against its source.
-- Locks rows in the order of login_reserve.
CREATE OR REPLACE FUNCTION login_succeeded(p_name_key bytea, p_source text, p_unproved boolean) RETURNS void
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
  UPDATE login_failures SET failures = 0, locks = 0, locked_at = NULL, locked_until = NULL,
    trusted_until = clock_timestamp() + interval '30 days', expires_at = clock_timestamp() + interval '30 days'
  WHERE name_key = p_name_key AND source = p_source;
  UPDATE login_failures SET failures = greatest(failures - 1, 0) WHERE name_key = p_name_key AND source = '*';
  IF p_unproved THEN
    UPDATE login_failures SET failures = greatest(failures - 1, 0)
    WHERE name_key = sha256('any name') AND source = p_source;
  END IF;
END
$$;

REVOKE ALL ON FUNCTION login_succeeded FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_succeeded TO :"app_role";
