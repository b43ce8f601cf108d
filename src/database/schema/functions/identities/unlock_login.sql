-- Ends every lock of a name and clears the failures behind it. Locks the rows in the order of login_reserve.
CREATE OR REPLACE FUNCTION unlock_login(p_name_key bytea) RETURNS void
LANGUAGE sql VOLATILE
AS $$
  WITH held AS (
    SELECT source FROM login_failures WHERE name_key = p_name_key ORDER BY source = '*', source FOR UPDATE
  )
  UPDATE login_failures f SET failures = 0, locks = 0, locked_at = NULL, locked_until = NULL
  FROM held WHERE f.name_key = p_name_key AND f.source = held.source
$$;

REVOKE ALL ON FUNCTION unlock_login FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unlock_login TO :"app_role";
