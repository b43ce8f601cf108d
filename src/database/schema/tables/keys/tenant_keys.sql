-- The keys of the tenants, each wrapped under a root key. Values name the generation that they are sealed under. A
-- retired key no longer needs a root key; it is retained, not destroyed.
CREATE TABLE tenant_keys (
  tenant_id   uuid             NOT NULL,
  generation  integer          NOT NULL,
  wrapped     bytea            NOT NULL,
  root_key_id text COLLATE "C" NOT NULL,
  created_at  timestamptz(3)   NOT NULL DEFAULT now(),
  retired_at  timestamptz(3),

  CONSTRAINT pk_tenant_keys PRIMARY KEY (tenant_id, generation),
  CONSTRAINT fk_tenant_keys_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT fk_tenant_keys_root_key FOREIGN KEY (root_key_id) REFERENCES root_keys (id),
  CONSTRAINT ck_tenant_keys_generation CHECK (generation > 0)
);

GRANT SELECT, INSERT, UPDATE (retired_at) ON tenant_keys TO :"app_role";
