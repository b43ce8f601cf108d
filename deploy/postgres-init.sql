-- Run once by psql as a superuser in the database `strongroom`, before Strongroom starts for the first time.
-- Two logins: the owner migrates, the service works. Two roles without a login: what the service may do, and who owns
-- the few functions that look across tenants.
\set ON_ERROR_STOP on
\set owner_password `cat /run/secrets/owner_password`
\set service_password `cat /run/secrets/service_password`

CREATE ROLE strongroom_app NOLOGIN;
CREATE ROLE strongroom_reader NOLOGIN;
CREATE ROLE strongroom_owner LOGIN PASSWORD :'owner_password' IN ROLE strongroom_app, strongroom_reader;
CREATE ROLE strongroom_service LOGIN PASSWORD :'service_password' IN ROLE strongroom_app;

ALTER DATABASE strongroom OWNER TO strongroom_owner;
REVOKE ALL ON DATABASE strongroom FROM PUBLIC;
GRANT CONNECT ON DATABASE strongroom TO strongroom_service;
