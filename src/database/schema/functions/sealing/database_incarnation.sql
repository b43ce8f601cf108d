-- Names the database as it is now: which server made it, which database on it, and the timeline of its WAL. A restore and
-- a failover change the name, and so may an upgrade of PostgreSQL; a crash does not. What the server does not tell is left
-- out, whatever its reason.
CREATE OR REPLACE FUNCTION database_incarnation() RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  v_system   text := '';
  v_timeline text := '';
BEGIN
  BEGIN
    SELECT system_identifier::text INTO v_system FROM pg_control_system();
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  BEGIN
    v_timeline := substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  RETURN v_system || ':' || (SELECT oid FROM pg_database WHERE datname = current_database()) || ':' || v_timeline;
END
$$;

REVOKE ALL ON FUNCTION database_incarnation FROM PUBLIC;
GRANT EXECUTE ON FUNCTION database_incarnation TO :"app_role", :"reader_role";
