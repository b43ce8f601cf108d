-- The settings of tenants. A tenant without a row has the defaults.
CREATE TABLE tenant_settings (
  tenant_id        uuid    NOT NULL,
  -- Whether a change of a secret must name the state that it is based on, by If-Match.
  require_if_match boolean NOT NULL DEFAULT false,
  -- The days for which the trash keeps a deleted secret; NULL for the installation's default.
  trash_days       integer,

  CONSTRAINT pk_tenant_settings PRIMARY KEY (tenant_id),
  CONSTRAINT fk_tenant_settings_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT ck_tenant_settings_trash_days CHECK (trash_days > 0)
);

GRANT SELECT, INSERT, UPDATE ON tenant_settings TO :"app_role";
