-- Tenants. A deleted tenant remains as a tombstone, because its audit log outlives it.
CREATE TABLE tenants (
  id         uuid             NOT NULL,
  name       text COLLATE "C" NOT NULL,
  created_at timestamptz(3)   NOT NULL DEFAULT now(),
  deleted_at timestamptz(3),

  CONSTRAINT pk_tenants PRIMARY KEY (id),
  CONSTRAINT ck_tenants_name CHECK (name ~ '^[A-Za-z][A-Za-z0-9._~-]{0,255}$')
);

CREATE UNIQUE INDEX uq_tenants_name ON tenants (name) WHERE deleted_at IS NULL;

GRANT SELECT, INSERT, UPDATE (deleted_at) ON tenants TO :"app_role";
GRANT SELECT (id, name, created_at) ON tenants TO :"reader_role";
