-- The installed functions, in one row: their number, and a fingerprint of what the catalogue contained at the end of
-- the installation. Without a row, migrations ran but functions were never installed.
CREATE TABLE schema_functions (
  singleton    boolean        NOT NULL DEFAULT true,
  number       integer        NOT NULL,
  fingerprint  text           NOT NULL,
  installed_at timestamptz(3) NOT NULL DEFAULT now(),

  CONSTRAINT pk_schema_functions PRIMARY KEY (singleton),
  CONSTRAINT ck_schema_functions_singleton CHECK (singleton),
  CONSTRAINT ck_schema_functions_number CHECK (number > 0)
);

GRANT SELECT ON schema_functions TO :"app_role";
