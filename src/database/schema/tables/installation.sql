-- This installation, in one row. Its id is part of the name of each of its logs (docs/audit-format.md).
CREATE TABLE installation (
  singleton   boolean NOT NULL DEFAULT true,
  id          uuid    NOT NULL DEFAULT gen_random_uuid(),
  -- The database that sealed events last, as database_incarnation names it. A restored database has another one.
  incarnation text COLLATE "C",

  CONSTRAINT pk_installation PRIMARY KEY (singleton),
  CONSTRAINT ck_installation_singleton CHECK (singleton)
);

GRANT SELECT ON installation TO :"app_role", :"reader_role";
GRANT UPDATE (incarnation) ON installation TO :"reader_role";

INSERT INTO installation DEFAULT VALUES;
