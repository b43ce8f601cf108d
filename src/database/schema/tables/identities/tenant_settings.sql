-- The settings of tenants. A tenant without a row has the defaults.
CREATE TABLE tenant_settings (
  tenant_id                uuid    NOT NULL,
  -- Whether a change of a secret must name the state that it is based on, by If-Match.
  require_if_match         boolean NOT NULL DEFAULT false,
  -- How many versions of a secret are kept, the current one included, unless the secret says otherwise; and the bounds
  -- of both. A number outside the bounds counts as the nearest bound.
  max_versions             integer NOT NULL DEFAULT 20,
  max_versions_lower_bound integer NOT NULL DEFAULT 1,
  max_versions_upper_bound integer NOT NULL DEFAULT 100,
  -- The days for which the trash keeps a deleted secret; NULL for the installation's default.
  trash_days               integer,
  -- The days for which events of the tenant's log are kept, 0 for ever; NULL for the installation's default.
  audit_days               integer,

  CONSTRAINT pk_tenant_settings PRIMARY KEY (tenant_id),
  CONSTRAINT fk_tenant_settings_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT ck_tenant_settings_trash_days CHECK (trash_days > 0),
  CONSTRAINT ck_tenant_settings_audit_days CHECK (audit_days >= 0),
  CONSTRAINT ck_tenant_settings_max_versions CHECK (max_versions BETWEEN 1 AND 1000),
  CONSTRAINT ck_tenant_settings_max_versions_bounds
    CHECK (1 <= max_versions_lower_bound AND max_versions_lower_bound <= max_versions_upper_bound
      AND max_versions_upper_bound <= 1000)
);

GRANT SELECT, INSERT, UPDATE ON tenant_settings TO :"app_role";
