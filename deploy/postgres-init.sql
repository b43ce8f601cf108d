-- Creates the logins and roles of Strongroom, and gives it the database that psql is connected to. Run it with psql before
-- the first start, and again after a restore: what exists stays as it is, and what a restore left to another login is
-- given back to the owner.
--
--   psql -d strongroom -v owner_password=… -v service_password=… -f postgres-init.sql
--
-- Run it as a superuser, or on a managed server as its administrator: a login that owns the database and has CREATEROLE
-- and CREATEDB. Without the variables, the passwords are read from /run/secrets, as in docker-compose.yml.
--
-- There are two logins: the owner runs migrations, and the service uses the tables. Two roles have no login: one holds the
-- rights of the service, the other owns the few functions that look across tenants. For other names than the usual ones,
-- give -v owner=… -v service=… -v app_role=… -v reader_role=….
\set ON_ERROR_STOP on
\if :{?owner_password}
\else
\set owner_password `cat /run/secrets/owner_password 2>/dev/null`
\endif
\if :{?service_password}
\else
\set service_password `cat /run/secrets/service_password 2>/dev/null`
\endif
\if :{?owner}
\else
\set owner strongroom_owner
\endif
\if :{?service}
\else
\set service strongroom_service
\endif
\if :{?app_role}
\else
\set app_role strongroom_app
\endif
\if :{?reader_role}
\else
\set reader_role strongroom_reader
\endif

BEGIN;
SET LOCAL search_path = public;
SET LOCAL client_min_messages = warning;
SELECT set_config('init.owner', :'owner', true) AS owner, set_config('init.service', :'service', true) AS service,
       set_config('init.app_role', :'app_role', true) AS app_role,
       set_config('init.reader_role', :'reader_role', true) AS reader_role,
       set_config('init.owner_password', :'owner_password', true) <> '' AS owner_password,
       set_config('init.service_password', :'service_password', true) <> '' AS service_password;

-- Creates what is missing. Existing logins keep their passwords.
DO $$
DECLARE
  v_login text;
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY[current_setting('init.app_role'), current_setting('init.reader_role')] LOOP
    IF to_regrole(quote_ident(v_role)) IS NULL THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
    END IF;
  END LOOP;
  FOREACH v_login IN ARRAY ARRAY['owner', 'service'] LOOP
    CONTINUE WHEN to_regrole(quote_ident(current_setting('init.' || v_login))) IS NOT NULL;
    IF current_setting('init.' || v_login || '_password') = '' THEN
      RAISE EXCEPTION 'Give the password of the % by -v %_password=…', v_login, v_login;
    END IF;
    EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', current_setting('init.' || v_login),
                   current_setting('init.' || v_login || '_password'));
  END LOOP;
END $$;

GRANT :"app_role", :"reader_role" TO :"owner";
GRANT :"app_role" TO :"service";

-- Gives the database and what is in it to the owner. Without the rights of a superuser that takes the rights of the
-- owner, which are returned at the end. From PostgreSQL 16 on, the creator of a role may grant it, but has no rights of it.
DO $$
DECLARE
  v_owner text := current_setting('init.owner');
  v_grants boolean := NOT pg_has_role(v_owner, 'USAGE');
  v_object text;
BEGIN
  IF v_grants THEN
    EXECUTE format('GRANT %I TO %I', v_owner, current_user)
      || CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END;
  END IF;
  IF (SELECT pg_get_userbyid(datdba) <> v_owner FROM pg_database WHERE datname = current_database()) THEN
    EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), v_owner);
  END IF;
  -- A server that was upgraded from PostgreSQL 14 or older may give the schema to a superuser.
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    ALTER SCHEMA public OWNER TO pg_database_owner;
  END IF;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), current_setting('init.service'), current_user);

  FOR v_object IN
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW ' WHEN 'c' THEN 'TYPE ' ELSE 'TABLE ' END || c.oid::regclass
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'c')
      AND pg_get_userbyid(c.relowner) <> v_owner AND pg_has_role(c.relowner, 'USAGE')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'FUNCTION ' || p.oid::regprocedure
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      AND pg_get_userbyid(p.proowner) NOT IN (v_owner, current_setting('init.reader_role')) AND pg_has_role(p.proowner, 'USAGE')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'SCHEMA strongroom_extensions' FROM pg_namespace n
    WHERE n.nspname = 'strongroom_extensions' AND pg_get_userbyid(n.nspowner) <> v_owner AND pg_has_role(n.nspowner, 'USAGE')
  LOOP
    EXECUTE format('ALTER %s OWNER TO %I', v_object, v_owner);
  END LOOP;

  IF v_grants THEN
    EXECUTE format('REVOKE %I FROM %I', v_owner, current_user)
      || CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN format(' GRANTED BY %I', current_user) ELSE '' END;
  END IF;
END $$;
COMMIT;
