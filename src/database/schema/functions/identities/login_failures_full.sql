-- Tells whether the throttle's table has as many rows as it may have. Asks the server's statistics, since counting the
-- rows of every attempt would cost more than the attempt.
CREATE OR REPLACE FUNCTION login_failures_full() RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT pg_stat_get_live_tuples('login_failures'::regclass) >= 200000
$$;

REVOKE ALL ON FUNCTION login_failures_full FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_failures_full TO :"app_role";
