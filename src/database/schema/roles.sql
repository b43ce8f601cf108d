-- The two roles of the service. Neither can log in.
--
--   app_role     what the service may do. The service's login is a member of it and owns nothing.
--   reader_role  owns the few functions that look across tenants.
--
-- Roles belong to the whole server, and databases migrate side by side on it: another one may create the same role at
-- the same moment.
DO $$ BEGIN
  IF to_regrole(quote_ident(:'app_role')) IS NULL THEN
    CREATE ROLE :"app_role" NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$ BEGIN
  IF to_regrole(quote_ident(:'reader_role')) IS NULL THEN
    CREATE ROLE :"reader_role" NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- The owner transfers functions to the reader, which requires membership. From PostgreSQL 16 on, the creator of a role
-- may administer it, but can act as it only after granting it to itself.
DO $$
DECLARE
  v_role text;
BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    RETURN;
  END IF;
  FOREACH v_role IN ARRAY ARRAY[:'app_role', :'reader_role'] LOOP
    IF current_setting('server_version_num')::integer >= 160000 THEN
      IF NOT (pg_has_role(current_user, v_role, 'SET') AND pg_has_role(current_user, v_role, 'USAGE')) THEN
        EXECUTE format('GRANT %I TO %I WITH INHERIT TRUE, SET TRUE', v_role, current_user);
      END IF;
    ELSIF NOT pg_has_role(current_user, v_role, 'MEMBER') THEN
      EXECUTE format('GRANT %I TO %I', v_role, current_user);
    END IF;
  END LOOP;
END $$;

-- Only the owner may create objects in the schema, since our statements could otherwise find those of others.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app_role", :"reader_role";
