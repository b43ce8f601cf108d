-- Creates the roles of Strongroom. Run it once, with psql as a superuser in the database `strongroom`, before Strongroom
-- starts for the first time.
--
-- There are two logins: the owner runs migrations, and the service uses the tables. Two roles have no login: one holds the
-- rights of the service, the other owns the few functions that look across tenants.
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
