-- The values that secrets had before their current ones, which stay in secrets. update_secrets adds them, and removes
-- those beyond the limit of the secret.
CREATE TABLE secret_versions (
  tenant_id       uuid           NOT NULL,
  secret_id       uuid           NOT NULL,
  version         integer        NOT NULL,
  -- Sealed by the service, under the tenant's key of this generation; NULL once the version was destroyed.
  value           bytea,
  key_generation  integer,
  -- The visibility, the hidden flag and the owner that the secret had when the value was written.
  visibility      text           NOT NULL,
  is_hidden_value boolean        NOT NULL,
  owner_id        uuid           NOT NULL,
  created_by      uuid           NOT NULL,
  created_at      timestamptz(3) NOT NULL,
  destroyed_by    uuid,
  destroyed_at    timestamptz(3),

  CONSTRAINT pk_secret_versions PRIMARY KEY (tenant_id, secret_id, version),
  CONSTRAINT fk_secret_versions_secret FOREIGN KEY (tenant_id, secret_id)
    REFERENCES secrets (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT fk_secret_versions_tenant_key FOREIGN KEY (tenant_id, key_generation)
    REFERENCES tenant_keys (tenant_id, generation),
  CONSTRAINT fk_secret_versions_owner FOREIGN KEY (owner_id) REFERENCES users (id),
  CONSTRAINT fk_secret_versions_created_by FOREIGN KEY (created_by) REFERENCES users (id),
  CONSTRAINT fk_secret_versions_destroyed_by FOREIGN KEY (destroyed_by) REFERENCES users (id),
  CONSTRAINT ck_secret_versions_version CHECK (version > 0),
  CONSTRAINT ck_secret_versions_visibility CHECK (visibility IN ('private', 'tenant', 'global')),
  CONSTRAINT ck_secret_versions_value CHECK (
    (value IS NULL) = (destroyed_at IS NOT NULL) AND (key_generation IS NULL) = (destroyed_at IS NOT NULL)
    AND (destroyed_by IS NULL) = (destroyed_at IS NULL)
  )
);

-- The values that a generation of keys still seals.
CREATE INDEX ix_secret_versions_key_generation ON secret_versions (tenant_id, key_generation)
  WHERE key_generation IS NOT NULL;

ALTER TABLE secret_versions ENABLE ROW LEVEL SECURITY;

-- The tenant that the transaction names in app.tenant; see tenant_rows of secrets. Versions of a global secret are for
-- its own tenant.
CREATE POLICY tenant_rows ON secret_versions
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON secret_versions TO :"app_role";
