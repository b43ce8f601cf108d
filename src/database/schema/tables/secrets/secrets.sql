-- The secrets of the tenants, with their current values, so that a read touches one row.
CREATE TABLE secrets (
  tenant_id                   uuid             NOT NULL,
  id                          uuid             NOT NULL,
  key                         text COLLATE "C" NOT NULL,
  visibility                  text             NOT NULL DEFAULT 'tenant',
  is_hidden_value             boolean          NOT NULL DEFAULT false,
  -- What the secret is for, in clear.
  description                 text,
  -- The JSON Schema that the value satisfies. json, not jsonb: jsonb cannot hold every text.
  schema                      json,
  -- Counts the values that the secret has had.
  version                     integer          NOT NULL DEFAULT 1,
  -- Counts every change of anything that a reader of the secret sees.
  revision                    integer          NOT NULL DEFAULT 1,
  -- Sealed by the service, under the tenant's key of this generation.
  value                       bytea            NOT NULL,
  key_generation              integer          NOT NULL,
  -- The external source of the value. The options are sealed apart from the value and have a generation of their own:
  -- neither is resealed because the other changed, and a key is retained as long as either needs it.
  provider_name               text,
  provider_options            bytea,
  provider_options_generation integer,
  version_created_by          uuid             NOT NULL,
  version_created_at          timestamptz(3)   NOT NULL DEFAULT now(),
  created_by                  uuid             NOT NULL,
  created_at                  timestamptz(3)   NOT NULL DEFAULT now(),
  updated_at                  timestamptz(3)   NOT NULL DEFAULT now(),
  -- The time from which no value is given out; NULL for none. secret_has_expired compares it with the present.
  expires_at                  timestamptz(3),
  -- The time at which the secret was moved to the trash; NULL while it lives.
  deleted_at                  timestamptz(3),
  -- The id of the event that recorded the last change. It is random, so a restored database does not repeat the tag of a
  -- state that it has lost. Rows that were inserted otherwise have a random one too.
  mark                        uuid             NOT NULL DEFAULT gen_random_uuid(),
  -- The user who made the last change; NULL if it was made before this column existed.
  updated_by                  uuid,
  -- How many versions are kept, the current one included; NULL if the setting of the tenant decides.
  max_versions                integer,
  -- What the current value was written under: each is NULL as long as it is what the secret has now.
  version_visibility          text,
  version_is_hidden_value     boolean,
  version_owner_id            uuid,
  -- What the secret belongs to, in clear: an object of texts by name.
  labels                      jsonb            NOT NULL DEFAULT '{}',
  -- The expires_at for which the change feed has shown that the secret expired. It is no part of the secret.
  expiry_noted                timestamptz(3),

  CONSTRAINT pk_secrets PRIMARY KEY (tenant_id, id),
  CONSTRAINT fk_secrets_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT fk_secrets_tenant_key FOREIGN KEY (tenant_id, key_generation)
    REFERENCES tenant_keys (tenant_id, generation),
  CONSTRAINT fk_secrets_provider_options_key FOREIGN KEY (tenant_id, provider_options_generation)
    REFERENCES tenant_keys (tenant_id, generation),
  CONSTRAINT fk_secrets_created_by FOREIGN KEY (created_by) REFERENCES users (id),
  CONSTRAINT fk_secrets_version_created_by FOREIGN KEY (version_created_by) REFERENCES users (id),
  CONSTRAINT fk_secrets_updated_by FOREIGN KEY (updated_by) REFERENCES users (id),
  CONSTRAINT fk_secrets_version_owner FOREIGN KEY (version_owner_id) REFERENCES users (id),
  -- A length bound inside the expression would cost ten times as much, since it is compiled to hundreds of states for
  -- each check.
  CONSTRAINT ck_secrets_key CHECK (key ~ '^[A-Za-z][A-Za-z0-9._~-]*$' AND length(key) <= 256),
  CONSTRAINT ck_secrets_visibility CHECK (visibility IN ('private', 'tenant', 'global')),
  -- Newline and tab are the only control characters.
  CONSTRAINT ck_secrets_description
    CHECK (char_length(description) <= 1024 AND description !~ '[\u0001-\u0008\u000B-\u001F\u007F-\u009F]'),
  CONSTRAINT ck_secrets_version CHECK (version > 0),
  CONSTRAINT ck_secrets_revision CHECK (revision > 0),
  CONSTRAINT ck_secrets_provider_options
    CHECK ((provider_options IS NULL) = (provider_options_generation IS NULL)),
  -- The text has a space after each colon and comma, which the bound of the service does not count.
  CONSTRAINT ck_secrets_labels CHECK (labels = '{}' OR (
    jsonb_typeof(labels) = 'object'
    AND jsonb_array_length(jsonb_path_query_array(labels, '$.keyvalue()')) <= 64
    AND NOT jsonb_path_exists(labels, '$.* ? (@.type() != "string")')
    AND octet_length(labels::text) <= 8192 + 128
  ))
);

-- The key becomes free as soon as its secret is deleted.
CREATE UNIQUE INDEX uq_secrets_key ON secrets (tenant_id, key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX uq_secrets_global_key ON secrets (key) WHERE visibility = 'global' AND deleted_at IS NULL;

-- Lists, answered from the index alone. Since the index has the condition of the policy "living", no row has to be
-- visited for it.
CREATE INDEX ix_secrets_created_at ON secrets (tenant_id, created_at, key) INCLUDE (id, visibility, created_by)
  WHERE deleted_at IS NULL;
CREATE INDEX ix_secrets_global_created_at ON secrets (created_at, key) INCLUDE (tenant_id, id, created_by)
  WHERE visibility = 'global' AND deleted_at IS NULL;

-- The search by parts of keys, through the view secret_keys. Private secrets have an index of their own, by creator, so
-- that the time of a search does not tell a user anything of other users' private keys. A short pending list keeps both
-- the search and the slowest insert fast.
CREATE INDEX ix_secrets_key_trigrams ON secrets USING gin (tenant_id, key :"trigram_schema".gin_trgm_ops)
  WITH (gin_pending_list_limit = 1024) WHERE visibility <> 'private' AND deleted_at IS NULL;
CREATE INDEX ix_secrets_private_key_trigrams ON secrets
  USING gin (tenant_id, created_by, key :"trigram_schema".gin_trgm_ops)
  WITH (gin_pending_list_limit = 1024) WHERE visibility = 'private' AND deleted_at IS NULL;
CREATE INDEX ix_secrets_global_key_trigrams ON secrets USING gin (key :"trigram_schema".gin_trgm_ops)
  WHERE visibility = 'global' AND deleted_at IS NULL;

-- Searches by labels, through the view secret_keys, with an index of their own for private secrets as above. A secret
-- without labels has no entry.
CREATE INDEX ix_secrets_labels ON secrets USING gin (tenant_id, labels)
  WITH (gin_pending_list_limit = 1024) WHERE visibility <> 'private' AND labels <> '{}' AND deleted_at IS NULL;
CREATE INDEX ix_secrets_private_labels ON secrets USING gin (tenant_id, created_by, labels)
  WITH (gin_pending_list_limit = 1024) WHERE visibility = 'private' AND labels <> '{}' AND deleted_at IS NULL;
CREATE INDEX ix_secrets_global_labels ON secrets USING gin (labels)
  WHERE visibility = 'global' AND labels <> '{}' AND deleted_at IS NULL;

-- Lists of what expires, in the order of its expiry. A secret without one has no entry.
CREATE INDEX ix_secrets_expires_at ON secrets (tenant_id, expires_at, created_at, key) INCLUDE (id, visibility, created_by)
  WHERE expires_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX ix_secrets_global_expires_at ON secrets (expires_at, created_at, key) INCLUDE (tenant_id, id, created_by)
  WHERE visibility = 'global' AND expires_at IS NOT NULL AND deleted_at IS NULL;

-- The secrets of a user, and the values that a generation of keys still seals.
CREATE INDEX ix_secrets_created_by ON secrets (tenant_id, created_by);
CREATE INDEX ix_secrets_key_generation ON secrets (tenant_id, key_generation);
CREATE INDEX ix_secrets_provider_options_generation ON secrets (tenant_id, provider_options_generation)
  WHERE provider_options_generation IS NOT NULL;

-- The trash of a tenant, in the order in which it is purged.
CREATE INDEX ix_secrets_trash ON secrets (tenant_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
-- What note_expired_secrets looks for, in all tenants: nothing, most of the time.
CREATE INDEX ix_secrets_expiry_due ON secrets (expires_at)
  WHERE expires_at IS NOT NULL AND expiry_noted IS DISTINCT FROM expires_at AND deleted_at IS NULL;

ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;

-- A transaction names its tenant in app.tenant and sees only that tenant's rows; if it names none, it sees none. On a
-- reused connection the setting is '', not NULL. The subselect is evaluated once per statement. Written rows are
-- compared one by one, because insert_secrets names a tenant for each row.
CREATE POLICY tenant_rows ON secrets
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);

-- A list over several tenants names them in app.tenants. They are read once per statement and looked up by hash.
CREATE POLICY tenant_set ON secrets FOR SELECT
  USING (tenant_id IN (
    SELECT unnest(string_to_array(nullif(current_setting('app.tenants', true), ''), ',')::uuid[])
  ));

-- Global secrets are visible to everyone.
CREATE POLICY global_rows ON secrets FOR SELECT USING (visibility = 'global');

-- Functions of the reader look across tenants; each takes the tenant as an argument.
CREATE POLICY reader_rows ON secrets FOR SELECT TO :"reader_role" USING (true);

-- One of them notes in every tenant what has expired.
CREATE POLICY reader_notes ON secrets FOR UPDATE TO :"reader_role" USING (true) WITH CHECK (true);

-- The service and the reader see no secret in the trash. This policy is restrictive, so it narrows all the others. Only
-- functions of the owner access the trash (ADR 49).
CREATE POLICY living ON secrets AS RESTRICTIVE TO :"app_role", :"reader_role"
  USING (deleted_at IS NULL)
  WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON secrets TO :"app_role";
GRANT SELECT, UPDATE (expiry_noted) ON secrets TO :"reader_role";
