-- The schema of a fresh database, without monthly partitions, with the default names of the roles.
-- Generated from the catalogue by `npm run schema:dump`, and compared with a new database by a test. What the tables and
-- functions are for stands in src/database/schema.

CREATE SCHEMA IF NOT EXISTS strongroom_extensions;
CREATE EXTENSION btree_gin SCHEMA strongroom_extensions;

CREATE SCHEMA IF NOT EXISTS strongroom_extensions;
CREATE EXTENSION pg_trgm SCHEMA strongroom_extensions;

GRANT USAGE ON SCHEMA public TO strongroom_app;
GRANT USAGE ON SCHEMA public TO strongroom_reader;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE TYPE audit_entry AS (
  log_id uuid,
  id uuid,
  action text,
  key text,
  secret_id uuid,
  version integer,
  revision integer,
  outcome text,
  caller json,
  detail json
);

CREATE TYPE secret_change AS (
  tenant_id uuid,
  secret_id uuid,
  key text,
  change text,
  version integer,
  revision integer,
  visibility text,
  created_by uuid,
  former_owner uuid,
  mark uuid
);

CREATE TABLE audit_backfill (
  log_id uuid NOT NULL,
  after_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
  until_id uuid,
  begun_at timestamp(3) with time zone
);
ALTER TABLE audit_backfill ADD CONSTRAINT pk_audit_backfill PRIMARY KEY (log_id);
ALTER TABLE audit_backfill ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON audit_backfill FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON audit_backfill FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT, UPDATE, DELETE ON audit_backfill TO strongroom_reader;

CREATE TABLE audit_batches (
  log_id uuid NOT NULL,
  epoch integer NOT NULL,
  first_index bigint NOT NULL,
  events integer NOT NULL,
  "position" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  sealed_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
) WITH (vacuum_truncate=off);
ALTER TABLE audit_batches ADD CONSTRAINT pk_audit_batches PRIMARY KEY (log_id, epoch, first_index);
CREATE UNIQUE INDEX uq_audit_batches_position ON public.audit_batches USING btree ("position");
ALTER TABLE audit_batches ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON audit_batches FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON audit_batches FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT, INSERT, DELETE ON audit_batches TO strongroom_reader;

CREATE TABLE audit_checkpoints (
  log_id uuid NOT NULL,
  epoch integer NOT NULL,
  size bigint NOT NULL,
  root bytea NOT NULL,
  key_id integer NOT NULL,
  signed_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  note text NOT NULL,
  kept smallint DEFAULT 0 NOT NULL
);
ALTER TABLE audit_checkpoints ADD CONSTRAINT pk_audit_checkpoints PRIMARY KEY (log_id, epoch, size);
CREATE INDEX ix_audit_checkpoints_kept ON public.audit_checkpoints USING btree (kept, signed_at) WHERE (kept < 2);
ALTER TABLE audit_checkpoints ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON audit_checkpoints FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON audit_checkpoints FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_checkpoints TO strongroom_reader;

CREATE TABLE audit_events (
  log_id uuid NOT NULL,
  id uuid NOT NULL,
  at timestamp(3) with time zone NOT NULL,
  action text COLLATE "C" NOT NULL,
  actor_id uuid,
  key text COLLATE "C",
  secret_id uuid,
  revision integer,
  outcome text COLLATE "C" NOT NULL,
  body text NOT NULL
) PARTITION BY RANGE (id);
ALTER TABLE audit_events ADD CONSTRAINT pk_audit_events PRIMARY KEY (log_id, id);
ALTER TABLE audit_events ADD CONSTRAINT ck_audit_events_body CHECK ((strpos(body, chr(10)) = 0));
CREATE INDEX ix_audit_events_actor_id ON public.audit_events USING btree (log_id, actor_id, id);
CREATE INDEX ix_audit_events_key ON public.audit_events USING btree (log_id, key, id);
ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_appends ON audit_events FOR INSERT TO strongroom_reader
  WITH CHECK (true);
CREATE POLICY reader_rows ON audit_events FOR SELECT TO strongroom_reader
  USING (true);
CREATE POLICY tenant_rows ON audit_events FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT INSERT ON audit_events TO strongroom_app;
GRANT SELECT, INSERT ON audit_events TO strongroom_reader;

CREATE TABLE audit_events_default (
  LIKE audit_events
);
ALTER TABLE audit_events_default ADD CONSTRAINT pk_audit_events_default PRIMARY KEY (log_id, id);
ALTER TABLE audit_events_default ADD CONSTRAINT ck_audit_events_body CHECK ((strpos(body, chr(10)) = 0));
ALTER TABLE audit_events_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events ATTACH PARTITION audit_events_default DEFAULT;

CREATE TABLE audit_leaves (
  log_id uuid NOT NULL,
  epoch integer NOT NULL,
  leaf_index bigint NOT NULL,
  event_id uuid NOT NULL,
  hash bytea NOT NULL
);
ALTER TABLE audit_leaves ADD CONSTRAINT pk_audit_leaves PRIMARY KEY (log_id, epoch, leaf_index);
CREATE UNIQUE INDEX uq_audit_leaves_event_id ON public.audit_leaves USING btree (log_id, event_id);
ALTER TABLE audit_leaves ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON audit_leaves FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON audit_leaves FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT, INSERT ON audit_leaves TO strongroom_reader;

CREATE TABLE audit_log_keys (
  log_id uuid NOT NULL,
  epoch integer NOT NULL,
  key_id integer NOT NULL,
  from_size bigint NOT NULL
);
ALTER TABLE audit_log_keys ADD CONSTRAINT pk_audit_log_keys PRIMARY KEY (log_id, epoch, key_id);
ALTER TABLE audit_log_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON audit_log_keys FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON audit_log_keys FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT, INSERT ON audit_log_keys TO strongroom_reader;

CREATE TABLE audit_logs (
  log_id uuid NOT NULL,
  epoch integer DEFAULT 1 NOT NULL,
  size bigint DEFAULT 0 NOT NULL,
  frontier bytea DEFAULT '\x'::bytea NOT NULL,
  sealed_at timestamp(3) with time zone,
  is_announced boolean DEFAULT false NOT NULL,
  announced_epoch integer,
  announced_size bigint
);
ALTER TABLE audit_logs ADD CONSTRAINT pk_audit_logs PRIMARY KEY (log_id);
CREATE INDEX ix_audit_logs_unannounced ON public.audit_logs USING btree (log_id) WHERE (NOT is_announced);
ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON audit_logs FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON audit_logs FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT, INSERT, UPDATE ON audit_logs TO strongroom_reader;

CREATE TABLE audit_nodes (
  log_id uuid NOT NULL,
  epoch integer NOT NULL,
  level smallint NOT NULL,
  node_index bigint NOT NULL,
  hash bytea NOT NULL
);
ALTER TABLE audit_nodes ADD CONSTRAINT pk_audit_nodes PRIMARY KEY (log_id, epoch, level, node_index);
ALTER TABLE audit_nodes ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON audit_nodes FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON audit_nodes FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT, INSERT ON audit_nodes TO strongroom_reader;

CREATE TABLE audit_pending (
  log_id uuid NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
  event_id uuid NOT NULL
) WITH (vacuum_truncate=off);
ALTER TABLE audit_pending ADD CONSTRAINT pk_audit_pending PRIMARY KEY (log_id, id);
ALTER TABLE audit_pending ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON audit_pending FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON audit_pending FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT INSERT ON audit_pending TO strongroom_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_pending TO strongroom_reader;

CREATE TABLE audit_pruned (
  log_id uuid NOT NULL,
  epoch integer NOT NULL,
  size bigint NOT NULL,
  removed bigint DEFAULT 0 NOT NULL
);
ALTER TABLE audit_pruned ADD CONSTRAINT pk_audit_pruned PRIMARY KEY (log_id, epoch);
ALTER TABLE audit_pruned ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON audit_pruned FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON audit_pruned FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT ON audit_pruned TO strongroom_reader;

CREATE TABLE audit_removals (
  log_id uuid NOT NULL,
  month date NOT NULL
);
ALTER TABLE audit_removals ADD CONSTRAINT pk_audit_removals PRIMARY KEY (log_id, month);
ALTER TABLE audit_removals ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON audit_removals FOR ALL TO PUBLIC
  USING ((log_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((log_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE TABLE audit_signing_keys (
  id integer NOT NULL,
  public_key bytea NOT NULL,
  sealed bytea,
  root_key_id text COLLATE "C" NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  retired_at timestamp(3) with time zone
);
ALTER TABLE audit_signing_keys ADD CONSTRAINT pk_audit_signing_keys PRIMARY KEY (id);
ALTER TABLE audit_signing_keys ADD CONSTRAINT ck_audit_signing_keys_id CHECK ((id > 0));
ALTER TABLE audit_signing_keys ADD CONSTRAINT ck_audit_signing_keys_sealed CHECK (((sealed IS NULL) = (retired_at IS NOT NULL)));
CREATE UNIQUE INDEX uq_audit_signing_keys_active ON public.audit_signing_keys USING btree (((retired_at IS NULL))) WHERE (retired_at IS NULL);
GRANT SELECT, INSERT ON audit_signing_keys TO strongroom_app;
GRANT UPDATE (sealed, retired_at) ON audit_signing_keys TO strongroom_app;
GRANT SELECT (id, public_key) ON audit_signing_keys TO strongroom_reader;

CREATE TABLE audit_sinks (
  name text COLLATE "C" NOT NULL,
  "position" bigint NOT NULL,
  part integer DEFAULT 0 NOT NULL,
  wait_days integer NOT NULL,
  configured_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  holder uuid,
  held_until timestamp(3) with time zone
);
ALTER TABLE audit_sinks ADD CONSTRAINT pk_audit_sinks PRIMARY KEY (name);
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_sinks TO strongroom_reader;

CREATE TABLE installation (
  singleton boolean DEFAULT true NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  incarnation text COLLATE "C",
  heads_at timestamp(3) with time zone,
  epoch integer DEFAULT 1 NOT NULL,
  epoch_at timestamp(3) with time zone,
  epoch_reason text,
  epoch_caller json,
  written_by xid8,
  reads_since timestamp(3) with time zone DEFAULT now() NOT NULL
);
ALTER TABLE installation ADD CONSTRAINT pk_installation PRIMARY KEY (singleton);
ALTER TABLE installation ADD CONSTRAINT ck_installation_singleton CHECK (singleton);
GRANT SELECT ON installation TO strongroom_app;
GRANT SELECT ON installation TO strongroom_reader;
GRANT UPDATE (incarnation, heads_at, epoch, epoch_at, epoch_reason, epoch_caller, written_by) ON installation TO strongroom_reader;

CREATE TABLE login_failures (
  name_key bytea NOT NULL,
  source text COLLATE "C" NOT NULL,
  failures integer DEFAULT 0 NOT NULL,
  locks integer DEFAULT 0 NOT NULL,
  refused integer DEFAULT 0 NOT NULL,
  locked_at timestamp with time zone,
  locked_until timestamp with time zone,
  trusted_until timestamp with time zone,
  expires_at timestamp with time zone NOT NULL
);
ALTER TABLE login_failures ADD CONSTRAINT pk_login_failures PRIMARY KEY (name_key, source);
ALTER TABLE login_failures ADD CONSTRAINT ck_login_failures_name_key CHECK ((octet_length(name_key) = 32));
CREATE INDEX ix_login_failures_expires_at ON public.login_failures USING btree (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON login_failures TO strongroom_app;

CREATE TABLE maintenance (
  singleton boolean DEFAULT true NOT NULL,
  activated_at timestamp(3) with time zone,
  activated_by uuid
);
ALTER TABLE maintenance ADD CONSTRAINT pk_maintenance PRIMARY KEY (singleton);
ALTER TABLE maintenance ADD CONSTRAINT ck_maintenance_singleton CHECK (singleton);
GRANT SELECT, UPDATE ON maintenance TO strongroom_app;

CREATE TABLE role_permissions (
  role text COLLATE "C" NOT NULL,
  permission text COLLATE "C" NOT NULL
);
ALTER TABLE role_permissions ADD CONSTRAINT pk_role_permissions PRIMARY KEY (role, permission);
GRANT SELECT, INSERT, DELETE ON role_permissions TO strongroom_app;
GRANT SELECT ON role_permissions TO strongroom_reader;

CREATE TABLE root_keys (
  id text COLLATE "C" NOT NULL,
  check_value bytea NOT NULL,
  state text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);
ALTER TABLE root_keys ADD CONSTRAINT pk_root_keys PRIMARY KEY (id);
ALTER TABLE root_keys ADD CONSTRAINT ck_root_keys_state CHECK ((state = ANY (ARRAY['active'::text, 'available'::text, 'retired'::text])));
CREATE UNIQUE INDEX uq_root_keys_active ON public.root_keys USING btree (state) WHERE (state = 'active'::text);
GRANT SELECT, INSERT ON root_keys TO strongroom_app;

CREATE TABLE schema_functions (
  singleton boolean DEFAULT true NOT NULL,
  number integer NOT NULL,
  fingerprint text NOT NULL,
  installed_at timestamp(3) with time zone DEFAULT now() NOT NULL
);
ALTER TABLE schema_functions ADD CONSTRAINT pk_schema_functions PRIMARY KEY (singleton);
ALTER TABLE schema_functions ADD CONSTRAINT ck_schema_functions_number CHECK ((number > 0));
ALTER TABLE schema_functions ADD CONSTRAINT ck_schema_functions_singleton CHECK (singleton);
GRANT SELECT ON schema_functions TO strongroom_app;

CREATE TABLE secret_changes (
  tenant_id uuid NOT NULL,
  "position" bigint NOT NULL,
  secret_id uuid NOT NULL,
  key text COLLATE "C" NOT NULL,
  change text NOT NULL,
  version integer NOT NULL,
  revision integer NOT NULL,
  visibility text NOT NULL,
  created_by uuid NOT NULL,
  former_owner uuid,
  mark uuid NOT NULL,
  changed_at timestamp(3) with time zone NOT NULL
);
ALTER TABLE secret_changes ADD CONSTRAINT pk_secret_changes PRIMARY KEY (tenant_id, "position");
CREATE INDEX ix_secret_changes_global ON public.secret_changes USING btree ("position") WHERE (visibility = 'global'::text);
CREATE UNIQUE INDEX uq_secret_changes_position ON public.secret_changes USING btree ("position");
ALTER TABLE secret_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON secret_changes FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON secret_changes FOR ALL TO PUBLIC
  USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT, INSERT, DELETE ON secret_changes TO strongroom_reader;

CREATE TABLE secret_changes_pending (
  tenant_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  secret_id uuid NOT NULL,
  key text COLLATE "C" NOT NULL,
  change text NOT NULL,
  version integer NOT NULL,
  revision integer NOT NULL,
  visibility text NOT NULL,
  created_by uuid NOT NULL,
  former_owner uuid,
  mark uuid NOT NULL,
  changed_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
) WITH (vacuum_truncate=off);
ALTER TABLE secret_changes_pending ADD CONSTRAINT pk_secret_changes_pending PRIMARY KEY (id);
ALTER TABLE secret_changes_pending ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON secret_changes_pending FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON secret_changes_pending FOR ALL TO PUBLIC
  USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT INSERT ON secret_changes_pending TO strongroom_app;
GRANT SELECT, INSERT, DELETE ON secret_changes_pending TO strongroom_reader;

CREATE TABLE secret_reads (
  tenant_id uuid NOT NULL,
  secret_id uuid NOT NULL,
  version integer NOT NULL,
  reader_id uuid NOT NULL,
  is_tenant boolean NOT NULL,
  read_at timestamp(3) with time zone NOT NULL
) WITH (fillfactor=70);
ALTER TABLE secret_reads ADD CONSTRAINT pk_secret_reads PRIMARY KEY (tenant_id, secret_id, version, reader_id);
ALTER TABLE secret_reads ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON secret_reads FOR ALL TO PUBLIC
  USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant_set ON secret_reads FOR SELECT TO PUBLIC
  USING ((tenant_id IN ( SELECT unnest((string_to_array(NULLIF(current_setting('app.tenants'::text, true), ''::text), ','::text))::uuid[]) AS unnest)));
GRANT SELECT ON secret_reads TO strongroom_app;

CREATE TABLE secret_reads_pending (
  tenant_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  reader_id uuid NOT NULL,
  read_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  secret_ids uuid[] NOT NULL,
  versions integer[] NOT NULL
);
ALTER TABLE secret_reads_pending ADD CONSTRAINT pk_secret_reads_pending PRIMARY KEY (tenant_id, id);
ALTER TABLE secret_reads_pending ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader_rows ON secret_reads_pending FOR ALL TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant_rows ON secret_reads_pending FOR ALL TO PUBLIC
  USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT INSERT ON secret_reads_pending TO strongroom_app;
GRANT SELECT ON secret_reads_pending TO strongroom_reader;

CREATE TABLE secret_versions (
  tenant_id uuid NOT NULL,
  secret_id uuid NOT NULL,
  version integer NOT NULL,
  value bytea,
  key_generation integer,
  visibility text NOT NULL,
  is_hidden_value boolean NOT NULL,
  owner_id uuid NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  destroyed_by uuid,
  destroyed_at timestamp(3) with time zone
);
ALTER TABLE secret_versions ADD CONSTRAINT pk_secret_versions PRIMARY KEY (tenant_id, secret_id, version);
ALTER TABLE secret_versions ADD CONSTRAINT ck_secret_versions_value CHECK ((((value IS NULL) = (destroyed_at IS NOT NULL)) AND ((key_generation IS NULL) = (destroyed_at IS NOT NULL)) AND ((destroyed_by IS NULL) = (destroyed_at IS NULL))));
ALTER TABLE secret_versions ADD CONSTRAINT ck_secret_versions_version CHECK ((version > 0));
ALTER TABLE secret_versions ADD CONSTRAINT ck_secret_versions_visibility CHECK ((visibility = ANY (ARRAY['private'::text, 'tenant'::text, 'global'::text])));
CREATE INDEX ix_secret_versions_key_generation ON public.secret_versions USING btree (tenant_id, key_generation) WHERE (key_generation IS NOT NULL);
ALTER TABLE secret_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON secret_versions FOR ALL TO PUBLIC
  USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON secret_versions TO strongroom_app;

CREATE TABLE secrets (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  key text COLLATE "C" NOT NULL,
  visibility text DEFAULT 'tenant'::text NOT NULL,
  is_hidden_value boolean DEFAULT false NOT NULL,
  description text,
  schema json,
  version integer DEFAULT 1 NOT NULL,
  revision integer DEFAULT 1 NOT NULL,
  value bytea NOT NULL,
  key_generation integer NOT NULL,
  provider_name text,
  provider_options bytea,
  provider_options_generation integer,
  version_created_by uuid NOT NULL,
  version_created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  expires_at timestamp(3) with time zone,
  deleted_at timestamp(3) with time zone,
  mark uuid DEFAULT gen_random_uuid() NOT NULL,
  updated_by uuid,
  max_versions integer,
  version_visibility text,
  version_is_hidden_value boolean,
  version_owner_id uuid,
  labels jsonb DEFAULT '{}'::jsonb NOT NULL,
  expiry_noted timestamp(3) with time zone
);
ALTER TABLE secrets ADD CONSTRAINT pk_secrets PRIMARY KEY (tenant_id, id);
ALTER TABLE secrets ADD CONSTRAINT ck_secrets_description CHECK (((char_length(description) <= 1024) AND (description !~ '[\u0001-\u0008\u000B-\u001F\u007F-\u009F]'::text)));
ALTER TABLE secrets ADD CONSTRAINT ck_secrets_key CHECK (((key ~ '^[A-Za-z][A-Za-z0-9._~-]*$'::text) AND (length(key) <= 256)));
ALTER TABLE secrets ADD CONSTRAINT ck_secrets_labels CHECK (((labels = '{}'::jsonb) OR ((jsonb_typeof(labels) = 'object'::text) AND (jsonb_array_length(jsonb_path_query_array(labels, '$.keyvalue()'::jsonpath)) <= 64) AND (NOT jsonb_path_exists(labels, '$.*?(@.type() != "string")'::jsonpath)) AND (octet_length((labels)::text) <= (8192 + 128)))));
ALTER TABLE secrets ADD CONSTRAINT ck_secrets_provider_options CHECK (((provider_options IS NULL) = (provider_options_generation IS NULL)));
ALTER TABLE secrets ADD CONSTRAINT ck_secrets_revision CHECK ((revision > 0));
ALTER TABLE secrets ADD CONSTRAINT ck_secrets_version CHECK ((version > 0));
ALTER TABLE secrets ADD CONSTRAINT ck_secrets_visibility CHECK ((visibility = ANY (ARRAY['private'::text, 'tenant'::text, 'global'::text])));
CREATE INDEX ix_secrets_created_at ON public.secrets USING btree (tenant_id, created_at, key) INCLUDE (id, visibility, created_by) WHERE (deleted_at IS NULL);
CREATE INDEX ix_secrets_created_by ON public.secrets USING btree (tenant_id, created_by);
CREATE INDEX ix_secrets_expires_at ON public.secrets USING btree (tenant_id, expires_at, created_at, key) INCLUDE (id, visibility, created_by) WHERE ((expires_at IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_expiry_due ON public.secrets USING btree (expires_at) WHERE ((expires_at IS NOT NULL) AND (expiry_noted IS DISTINCT FROM expires_at) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_global_created_at ON public.secrets USING btree (created_at, key) INCLUDE (tenant_id, id, created_by) WHERE ((visibility = 'global'::text) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_global_expires_at ON public.secrets USING btree (expires_at, created_at, key) INCLUDE (tenant_id, id, created_by) WHERE ((visibility = 'global'::text) AND (expires_at IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_global_key_trigrams ON public.secrets USING gin (key strongroom_extensions.gin_trgm_ops) WHERE ((visibility = 'global'::text) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_global_labels ON public.secrets USING gin (labels) WHERE ((visibility = 'global'::text) AND (labels <> '{}'::jsonb) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_key_generation ON public.secrets USING btree (tenant_id, key_generation);
CREATE INDEX ix_secrets_key_trigrams ON public.secrets USING gin (tenant_id, key strongroom_extensions.gin_trgm_ops) WITH (gin_pending_list_limit='1024') WHERE ((visibility <> 'private'::text) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_labels ON public.secrets USING gin (tenant_id, labels) WITH (gin_pending_list_limit='1024') WHERE ((visibility <> 'private'::text) AND (labels <> '{}'::jsonb) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_private_key_trigrams ON public.secrets USING gin (tenant_id, created_by, key strongroom_extensions.gin_trgm_ops) WITH (gin_pending_list_limit='1024') WHERE ((visibility = 'private'::text) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_private_labels ON public.secrets USING gin (tenant_id, created_by, labels) WITH (gin_pending_list_limit='1024') WHERE ((visibility = 'private'::text) AND (labels <> '{}'::jsonb) AND (deleted_at IS NULL));
CREATE INDEX ix_secrets_provider_options_generation ON public.secrets USING btree (tenant_id, provider_options_generation) WHERE (provider_options_generation IS NOT NULL);
CREATE INDEX ix_secrets_trash ON public.secrets USING btree (tenant_id, deleted_at, id) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX uq_secrets_global_key ON public.secrets USING btree (key) WHERE ((visibility = 'global'::text) AND (deleted_at IS NULL));
CREATE UNIQUE INDEX uq_secrets_key ON public.secrets USING btree (tenant_id, key) WHERE (deleted_at IS NULL);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY global_rows ON secrets FOR SELECT TO PUBLIC
  USING ((visibility = 'global'::text));
CREATE POLICY living ON secrets AS RESTRICTIVE FOR ALL TO strongroom_app, strongroom_reader
  USING ((deleted_at IS NULL))
  WITH CHECK (true);
CREATE POLICY reader_notes ON secrets FOR UPDATE TO strongroom_reader
  USING (true)
  WITH CHECK (true);
CREATE POLICY reader_rows ON secrets FOR SELECT TO strongroom_reader
  USING (true);
CREATE POLICY tenant_rows ON secrets FOR ALL TO PUBLIC
  USING ((tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif")))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant_set ON secrets FOR SELECT TO PUBLIC
  USING ((tenant_id IN ( SELECT unnest((string_to_array(NULLIF(current_setting('app.tenants'::text, true), ''::text), ','::text))::uuid[]) AS unnest)));
GRANT SELECT, INSERT, UPDATE, DELETE ON secrets TO strongroom_app;
GRANT SELECT ON secrets TO strongroom_reader;
GRANT UPDATE (expiry_noted) ON secrets TO strongroom_reader;

CREATE TABLE tenant_keys (
  tenant_id uuid NOT NULL,
  generation integer NOT NULL,
  wrapped bytea NOT NULL,
  root_key_id text COLLATE "C" NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  retired_at timestamp(3) with time zone
);
ALTER TABLE tenant_keys ADD CONSTRAINT pk_tenant_keys PRIMARY KEY (tenant_id, generation);
ALTER TABLE tenant_keys ADD CONSTRAINT ck_tenant_keys_generation CHECK ((generation > 0));
GRANT SELECT, INSERT ON tenant_keys TO strongroom_app;
GRANT UPDATE (retired_at) ON tenant_keys TO strongroom_app;

CREATE TABLE tenant_settings (
  tenant_id uuid NOT NULL,
  require_if_match boolean DEFAULT false NOT NULL,
  max_versions integer DEFAULT 20 NOT NULL,
  max_versions_lower_bound integer DEFAULT 1 NOT NULL,
  max_versions_upper_bound integer DEFAULT 100 NOT NULL,
  trash_days integer,
  audit_days integer
);
ALTER TABLE tenant_settings ADD CONSTRAINT pk_tenant_settings PRIMARY KEY (tenant_id);
ALTER TABLE tenant_settings ADD CONSTRAINT ck_tenant_settings_audit_days CHECK ((audit_days >= 0));
ALTER TABLE tenant_settings ADD CONSTRAINT ck_tenant_settings_max_versions CHECK (((max_versions >= 1) AND (max_versions <= 1000)));
ALTER TABLE tenant_settings ADD CONSTRAINT ck_tenant_settings_max_versions_bounds CHECK (((1 <= max_versions_lower_bound) AND (max_versions_lower_bound <= max_versions_upper_bound) AND (max_versions_upper_bound <= 1000)));
ALTER TABLE tenant_settings ADD CONSTRAINT ck_tenant_settings_trash_days CHECK ((trash_days > 0));
GRANT SELECT, INSERT, UPDATE ON tenant_settings TO strongroom_app;

CREATE TABLE tenant_user_groups (
  tenant_id uuid NOT NULL,
  group_id uuid NOT NULL,
  role text NOT NULL
);
ALTER TABLE tenant_user_groups ADD CONSTRAINT pk_tenant_user_groups PRIMARY KEY (tenant_id, group_id);
ALTER TABLE tenant_user_groups ADD CONSTRAINT ck_tenant_user_groups_role CHECK ((role = ANY (ARRAY['manager'::text, 'user'::text, 'operations'::text, 'viewer'::text, 'auditor'::text])));
CREATE INDEX ix_tenant_user_groups_group ON public.tenant_user_groups USING btree (group_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_user_groups TO strongroom_app;
GRANT SELECT ON tenant_user_groups TO strongroom_reader;

CREATE TABLE tenant_users (
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  role text NOT NULL
);
ALTER TABLE tenant_users ADD CONSTRAINT pk_tenant_users PRIMARY KEY (tenant_id, user_id);
ALTER TABLE tenant_users ADD CONSTRAINT ck_tenant_users_role CHECK ((role = ANY (ARRAY['manager'::text, 'user'::text, 'operations'::text, 'viewer'::text, 'auditor'::text])));
CREATE INDEX ix_tenant_users_user ON public.tenant_users USING btree (user_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_users TO strongroom_app;
GRANT SELECT ON tenant_users TO strongroom_reader;

CREATE TABLE tenants (
  id uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  deleted_at timestamp(3) with time zone
);
ALTER TABLE tenants ADD CONSTRAINT pk_tenants PRIMARY KEY (id);
ALTER TABLE tenants ADD CONSTRAINT ck_tenants_name CHECK ((name ~ '^[A-Za-z][A-Za-z0-9._~-]{0,255}$'::text));
CREATE UNIQUE INDEX uq_tenants_name ON public.tenants USING btree (name) WHERE (deleted_at IS NULL);
GRANT SELECT, INSERT ON tenants TO strongroom_app;
GRANT UPDATE (deleted_at) ON tenants TO strongroom_app;
GRANT SELECT (id, name, created_at) ON tenants TO strongroom_reader;

CREATE TABLE tokens (
  id text COLLATE "C" NOT NULL,
  user_id uuid NOT NULL,
  parent_id text COLLATE "C",
  secret_hash bytea NOT NULL,
  description text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  expires_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone
);
ALTER TABLE tokens ADD CONSTRAINT pk_tokens PRIMARY KEY (id);
ALTER TABLE tokens ADD CONSTRAINT ck_tokens_id CHECK ((id ~ '^[A-Za-z0-9]{10}$'::text));
ALTER TABLE tokens ADD CONSTRAINT ck_tokens_secret_hash CHECK ((octet_length(secret_hash) = 32));
CREATE INDEX ix_tokens_parent ON public.tokens USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX ix_tokens_user ON public.tokens USING btree (user_id, created_at);
GRANT SELECT, INSERT, DELETE ON tokens TO strongroom_app;
GRANT UPDATE (last_used_at) ON tokens TO strongroom_app;

CREATE TABLE user_group_members (
  group_id uuid NOT NULL,
  user_id uuid NOT NULL
);
ALTER TABLE user_group_members ADD CONSTRAINT pk_user_group_members PRIMARY KEY (group_id, user_id);
CREATE INDEX ix_user_group_members_user ON public.user_group_members USING btree (user_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON user_group_members TO strongroom_app;
GRANT SELECT ON user_group_members TO strongroom_reader;

CREATE TABLE user_groups (
  id uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  ldap_dn text COLLATE "C",
  system_role text DEFAULT 'default'::text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);
ALTER TABLE user_groups ADD CONSTRAINT pk_user_groups PRIMARY KEY (id);
ALTER TABLE user_groups ADD CONSTRAINT ck_user_groups_name CHECK ((name ~ '^[A-Za-z][A-Za-z0-9._~-]{0,255}$'::text));
ALTER TABLE user_groups ADD CONSTRAINT ck_user_groups_system_role CHECK ((system_role = ANY (ARRAY['sys_admin'::text, 'default'::text])));
CREATE UNIQUE INDEX uq_user_groups_ldap_dn ON public.user_groups USING btree (lower(ldap_dn));
CREATE UNIQUE INDEX uq_user_groups_name ON public.user_groups USING btree (lower(name));
GRANT SELECT, INSERT, UPDATE, DELETE ON user_groups TO strongroom_app;
GRANT SELECT ON user_groups TO strongroom_reader;

CREATE TABLE users (
  id uuid NOT NULL,
  username text COLLATE "C" NOT NULL,
  password_hash text NOT NULL,
  system_role text DEFAULT 'default'::text NOT NULL,
  active boolean DEFAULT true NOT NULL,
  show_getting_started boolean DEFAULT true NOT NULL,
  is_bootstrap boolean DEFAULT false NOT NULL,
  token_epoch integer DEFAULT 0 NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  first_login_at timestamp(3) with time zone,
  last_login_at timestamp(3) with time zone,
  deleted_at timestamp(3) with time zone
);
ALTER TABLE users ADD CONSTRAINT pk_users PRIMARY KEY (id);
ALTER TABLE users ADD CONSTRAINT ck_users_system_role CHECK ((system_role = ANY (ARRAY['sys_admin'::text, 'default'::text])));
ALTER TABLE users ADD CONSTRAINT ck_users_username CHECK ((username ~ '^[A-Za-z][A-Za-z0-9._~-]{0,255}$'::text));
CREATE UNIQUE INDEX uq_users_bootstrap ON public.users USING btree (is_bootstrap) WHERE (is_bootstrap AND (deleted_at IS NULL));
CREATE UNIQUE INDEX uq_users_username ON public.users USING btree (lower(username)) WHERE (deleted_at IS NULL);
GRANT SELECT, INSERT, UPDATE ON users TO strongroom_app;
GRANT SELECT (id, username, system_role) ON users TO strongroom_reader;

ALTER TABLE audit_checkpoints ADD CONSTRAINT fk_audit_checkpoints_key FOREIGN KEY (key_id) REFERENCES audit_signing_keys(id);

ALTER TABLE audit_log_keys ADD CONSTRAINT fk_audit_log_keys_key FOREIGN KEY (key_id) REFERENCES audit_signing_keys(id);

ALTER TABLE audit_signing_keys ADD CONSTRAINT fk_audit_signing_keys_root_key FOREIGN KEY (root_key_id) REFERENCES root_keys(id);

ALTER TABLE maintenance ADD CONSTRAINT fk_maintenance_activated_by FOREIGN KEY (activated_by) REFERENCES users(id);

ALTER TABLE secret_versions ADD CONSTRAINT fk_secret_versions_created_by FOREIGN KEY (created_by) REFERENCES users(id);

ALTER TABLE secret_versions ADD CONSTRAINT fk_secret_versions_destroyed_by FOREIGN KEY (destroyed_by) REFERENCES users(id);

ALTER TABLE secret_versions ADD CONSTRAINT fk_secret_versions_owner FOREIGN KEY (owner_id) REFERENCES users(id);

ALTER TABLE secret_versions ADD CONSTRAINT fk_secret_versions_secret FOREIGN KEY (tenant_id, secret_id) REFERENCES secrets(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE secret_versions ADD CONSTRAINT fk_secret_versions_tenant_key FOREIGN KEY (tenant_id, key_generation) REFERENCES tenant_keys(tenant_id, generation);

ALTER TABLE secrets ADD CONSTRAINT fk_secrets_created_by FOREIGN KEY (created_by) REFERENCES users(id);

ALTER TABLE secrets ADD CONSTRAINT fk_secrets_provider_options_key FOREIGN KEY (tenant_id, provider_options_generation) REFERENCES tenant_keys(tenant_id, generation);

ALTER TABLE secrets ADD CONSTRAINT fk_secrets_tenant FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE secrets ADD CONSTRAINT fk_secrets_tenant_key FOREIGN KEY (tenant_id, key_generation) REFERENCES tenant_keys(tenant_id, generation);

ALTER TABLE secrets ADD CONSTRAINT fk_secrets_updated_by FOREIGN KEY (updated_by) REFERENCES users(id);

ALTER TABLE secrets ADD CONSTRAINT fk_secrets_version_created_by FOREIGN KEY (version_created_by) REFERENCES users(id);

ALTER TABLE secrets ADD CONSTRAINT fk_secrets_version_owner FOREIGN KEY (version_owner_id) REFERENCES users(id);

ALTER TABLE tenant_keys ADD CONSTRAINT fk_tenant_keys_root_key FOREIGN KEY (root_key_id) REFERENCES root_keys(id);

ALTER TABLE tenant_keys ADD CONSTRAINT fk_tenant_keys_tenant FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE tenant_settings ADD CONSTRAINT fk_tenant_settings_tenant FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE tenant_user_groups ADD CONSTRAINT fk_tenant_user_groups_group FOREIGN KEY (group_id) REFERENCES user_groups(id) ON DELETE CASCADE;

ALTER TABLE tenant_user_groups ADD CONSTRAINT fk_tenant_user_groups_tenant FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE tenant_users ADD CONSTRAINT fk_tenant_users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants(id);

ALTER TABLE tenant_users ADD CONSTRAINT fk_tenant_users_user FOREIGN KEY (user_id) REFERENCES users(id);

ALTER TABLE tokens ADD CONSTRAINT fk_tokens_parent FOREIGN KEY (parent_id) REFERENCES tokens(id) ON DELETE CASCADE;

ALTER TABLE tokens ADD CONSTRAINT fk_tokens_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

ALTER TABLE user_group_members ADD CONSTRAINT fk_user_group_members_group FOREIGN KEY (group_id) REFERENCES user_groups(id) ON DELETE CASCADE;

ALTER TABLE user_group_members ADD CONSTRAINT fk_user_group_members_user FOREIGN KEY (user_id) REFERENCES users(id);

CREATE VIEW secret_keys AS
 SELECT tenant_id,
    id,
    key,
    visibility,
    created_by,
    labels
   FROM secrets
  WHERE (deleted_at IS NULL);
GRANT SELECT ON secret_keys TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.announce_audit_heads(p_limit integer, p_begins_round boolean)
 RETURNS TABLE(origin text, size bigint, root bytea)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_system uuid := '00000000-0000-0000-0000-000000000000';
  v_now    timestamptz(3) := clock_timestamp();
  v_logs   uuid[];
BEGIN
  -- A log that is being sealed just now comes later.
  v_logs := ARRAY(
    SELECT g.log_id FROM audit_logs g WHERE NOT g.is_announced AND g.size > 0 ORDER BY g.log_id LIMIT p_limit
    FOR UPDATE SKIP LOCKED
  );
  IF v_logs <@ ARRAY[v_system] AND NOT EXISTS (
    SELECT FROM audit_logs g
    JOIN audit_leaves l ON l.log_id = g.log_id AND l.epoch = g.epoch
      AND l.leaf_index >= CASE WHEN g.announced_epoch = g.epoch THEN g.announced_size ELSE 0 END
    LEFT JOIN audit_events e ON e.log_id = l.log_id AND e.id = l.event_id
    WHERE g.log_id = ANY (v_logs) AND e.action IS DISTINCT FROM 'audit.heads'
  ) THEN
    RETURN;
  END IF;
  IF p_begins_round THEN
    UPDATE installation i SET heads_at = v_now,
      written_by = CASE WHEN i.written_by::xid = i.xmin THEN pg_current_xact_id() ELSE i.written_by END
    WHERE i.heads_at IS NULL OR i.heads_at NOT BETWEEN v_now - interval '55 seconds' AND v_now;
    IF NOT FOUND THEN
      RETURN;
    END IF;
  END IF;
  UPDATE audit_logs g SET is_announced = true, announced_epoch = g.epoch, announced_size = g.size
  WHERE g.log_id = ANY (v_logs);
  RETURN QUERY
  SELECT audit_origin(g.log_id, g.epoch), g.size, c.root
  FROM audit_logs g JOIN audit_checkpoints c ON c.log_id = g.log_id AND c.epoch = g.epoch AND c.size = g.size
  WHERE g.log_id = ANY (v_logs) ORDER BY g.log_id;
END
$function$;
ALTER FUNCTION announce_audit_heads(integer,boolean) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION announce_audit_heads(integer,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION announce_audit_heads(integer,boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.audit_create_partitions(p_months integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '1s'
AS $function$
DECLARE
  v_now timestamp := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC');
  v_month timestamp;
  v_name text;
  v_from uuid;
  v_to uuid;
  v_most integer := coalesce(nullif(current_setting('strongroom.most_default_events', true), '')::integer, 100000);
BEGIN
  IF p_months NOT BETWEEN 0 AND 24 THEN
    RAISE invalid_parameter_value USING MESSAGE = 'p_months must be between 0 and 24';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('audit_create_partitions', 0));
  FOR i IN -1 .. p_months LOOP
    v_month := v_now + i * interval '1 month';
    v_name := to_char(v_month, '"audit_events_"YYYY_MM');
    CONTINUE WHEN to_regclass(v_name) IS NOT NULL;
    EXIT WHEN (SELECT count(*) FROM (SELECT FROM audit_events_default LIMIT v_most::bigint + 1) d) > v_most;
    v_from := first_event_id(v_month AT TIME ZONE 'UTC');
    v_to := first_event_id((v_month + interval '1 month') AT TIME ZONE 'UTC');

    EXECUTE format('CREATE TABLE %I (LIKE audit_events INCLUDING CONSTRAINTS, CONSTRAINT %I PRIMARY KEY (log_id, id))',
                   v_name, 'pk_' || v_name);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_name);
    -- Locks out readers, too: a session that reads the list of partitions while one is attached can keep the old list,
    -- and would then write events of the month to the default partition, where no query finds them.
    LOCK TABLE ONLY audit_events IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('WITH moved AS (DELETE FROM audit_events_default WHERE id >= $1 AND id < $2 RETURNING *)
                    INSERT INTO %I SELECT * FROM moved', v_name) USING v_from, v_to;
    EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name, v_from, v_to);
  END LOOP;
  RETURN (SELECT count(*) FROM (SELECT FROM audit_events_default LIMIT 1000) d);
END
$function$;
REVOKE ALL ON FUNCTION audit_create_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_create_partitions(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.audit_epochs(p_log uuid)
 RETURNS SETOF integer
 LANGUAGE sql
 STABLE
AS $function$
  WITH RECURSIVE epochs AS (
    SELECT 0 AS epoch
    UNION ALL
    SELECT least(
      (SELECT l.epoch FROM audit_leaves l WHERE l.log_id = p_log AND l.epoch > e.epoch ORDER BY l.epoch LIMIT 1),
      (SELECT k.epoch FROM audit_log_keys k WHERE k.log_id = p_log AND k.epoch > e.epoch ORDER BY k.epoch LIMIT 1),
      (SELECT c.epoch FROM audit_checkpoints c WHERE c.log_id = p_log AND c.epoch > e.epoch ORDER BY c.epoch LIMIT 1),
      (SELECT u.epoch FROM audit_pruned u WHERE u.log_id = p_log AND u.epoch > e.epoch ORDER BY u.epoch LIMIT 1),
      (SELECT g.epoch FROM audit_logs g WHERE g.log_id = p_log AND g.epoch > e.epoch)
    )
    FROM epochs e WHERE e.epoch IS NOT NULL
  )
  SELECT e.epoch FROM epochs e WHERE e.epoch > 0
$function$;
REVOKE ALL ON FUNCTION audit_epochs(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_epochs(uuid) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.audit_event_exists(p_log uuid, p_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT EXISTS (SELECT FROM audit_events WHERE log_id = p_log AND id = p_id)
$function$;
ALTER FUNCTION audit_event_exists(uuid,uuid) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION audit_event_exists(uuid,uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_event_exists(uuid,uuid) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.audit_horizon(p_log uuid, p_days integer, p_least_days integer)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  SELECT CASE WHEN k.days = 0 THEN '-infinity'
              ELSE statement_timestamp() - make_interval(days => greatest(k.days, p_least_days, 30)) END
  FROM (
    SELECT coalesce((SELECT s.audit_days FROM tenant_settings s WHERE s.tenant_id = p_log), p_days, 0) AS days
  ) AS k
$function$;
REVOKE ALL ON FUNCTION audit_horizon(uuid,integer,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_horizon(uuid,integer,integer) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.audit_month(p_id uuid)
 RETURNS date
 LANGUAGE sql
 IMMUTABLE
AS $function$
  SELECT date_trunc('month', to_timestamp(
    ('x' || left(replace(p_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0
  ) AT TIME ZONE 'UTC')::date
$function$;
REVOKE ALL ON FUNCTION audit_month(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_month(uuid) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.audit_node(p_log uuid, p_epoch integer, p_level integer, p_index bigint)
 RETURNS bytea
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
DECLARE
  v_hash bytea;
BEGIN
  SELECT n.hash INTO v_hash FROM audit_nodes n
  WHERE n.log_id = p_log AND n.epoch = p_epoch AND n.level = p_level::smallint AND n.node_index = p_index;
  IF FOUND THEN
    RETURN v_hash;
  END IF;
  IF p_level = 0 THEN
    RETURN (SELECT l.hash FROM audit_leaves l WHERE l.log_id = p_log AND l.epoch = p_epoch AND l.leaf_index = p_index);
  END IF;
  RETURN sha256('\x01'::bytea || audit_node(p_log, p_epoch, p_level - 1, 2 * p_index)
    || audit_node(p_log, p_epoch, p_level - 1, 2 * p_index + 1));
END
$function$;
REVOKE ALL ON FUNCTION audit_node(uuid,integer,integer,bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_node(uuid,integer,integer,bigint) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.audit_origin(p_log uuid, p_epoch integer)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  SELECT 'strongroom/' || i.id || '/' || p_log || CASE WHEN p_epoch = 1 THEN '' ELSE '/' || p_epoch END FROM installation i
$function$;
REVOKE ALL ON FUNCTION audit_origin(uuid,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_origin(uuid,integer) TO strongroom_app;
GRANT EXECUTE ON FUNCTION audit_origin(uuid,integer) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.audit_pruning_limit(p_log uuid, p_epoch integer)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN least(
    (SELECT coalesce(max(c.size), 0) FROM audit_checkpoints c WHERE c.log_id = p_log AND c.epoch = p_epoch),
    audit_unsent_from(p_log, p_epoch)
  );
END
$function$;
REVOKE ALL ON FUNCTION audit_pruning_limit(uuid,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_pruning_limit(uuid,integer) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.audit_removal_months()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT r.month::text FROM audit_removals r GROUP BY r.month ORDER BY r.month
$function$;
REVOKE ALL ON FUNCTION audit_removal_months() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_removal_months() TO strongroom_app;

CREATE OR REPLACE FUNCTION public.audit_sealing_backlog(p_limit integer, OUT events integer, OUT oldest_seconds double precision)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
DECLARE
  v_oldest uuid;
BEGIN
  SELECT count(*) INTO events FROM (SELECT FROM audit_pending LIMIT p_limit) AS p;
  WITH RECURSIVE found (log_id, event_id) AS (
    (SELECT p.log_id, p.event_id FROM audit_pending p ORDER BY p.log_id, p.id LIMIT 1)
    UNION ALL
    SELECT n.log_id, n.event_id FROM found f CROSS JOIN LATERAL (
      SELECT p.log_id, p.event_id FROM audit_pending p WHERE p.log_id > f.log_id ORDER BY p.log_id, p.id LIMIT 1
    ) AS n
  )
  SELECT f.event_id INTO v_oldest FROM (SELECT * FROM found LIMIT 1000) AS f
  WHERE NOT EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = f.log_id) ORDER BY f.event_id LIMIT 1;
  oldest_seconds := coalesce(greatest(extract(epoch FROM clock_timestamp()) -
    ('x' || left(replace(v_oldest::text, '-', ''), 12))::bit(48)::bigint / 1000.0, 0), 0);
END
$function$;
ALTER FUNCTION audit_sealing_backlog(integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION audit_sealing_backlog(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_sealing_backlog(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.audit_sealing_is_due()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
BEGIN
  RETURN EXISTS (SELECT FROM audit_pending) OR EXISTS (SELECT FROM secret_reads_pending);
END
$function$;
ALTER FUNCTION audit_sealing_is_due() OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION audit_sealing_is_due() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_sealing_is_due() TO strongroom_app;

CREATE OR REPLACE FUNCTION public.audit_sealing_state()
 RETURNS TABLE(may_seal boolean, installation_id uuid, has_moved boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_present text;
BEGIN
  IF NOT audit_sealing_is_due() OR NOT lock_sequence('audit', false) THEN
    RETURN QUERY SELECT false, i.id, false FROM installation i;
    RETURN;
  END IF;
  v_present := database_incarnation();
  UPDATE installation i SET incarnation = v_present, written_by = pg_current_xact_id()
  WHERE i.incarnation IS NULL OR (length(i.incarnation) < length(v_present) AND NOT database_has_moved());
  RETURN QUERY SELECT true, i.id, database_has_moved() FROM installation i;
END
$function$;
ALTER FUNCTION audit_sealing_state() OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION audit_sealing_state() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_sealing_state() TO strongroom_app;

CREATE OR REPLACE FUNCTION public.audit_unsent_from(p_log uuid, p_epoch integer)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
  SELECT min(next.leaf_index) FROM audit_sinks s CROSS JOIN LATERAL (
    SELECT b.first_index + CASE WHEN b.position = s.position THEN s.part ELSE 0 END AS leaf_index
    FROM audit_batches b
    WHERE b.log_id = p_log AND b.epoch = p_epoch
      AND b.position >= s.position AND NOT (b.position = s.position AND b.events <= s.part)
      AND b.sealed_at > clock_timestamp() - make_interval(days => s.wait_days)
    ORDER BY b.first_index LIMIT 1
  ) AS next
$function$;
ALTER FUNCTION audit_unsent_from(uuid,integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION audit_unsent_from(uuid,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_unsent_from(uuid,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.begin_audit_epoch(p_event uuid, p_reason text, p_caller json)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
DECLARE
  v_epoch integer;
BEGIN
  PERFORM lock_sequence('audit', true);
  UPDATE installation SET
    incarnation = database_incarnation(),
    written_by = pg_current_xact_id(),
    epoch = greatest(epoch + 1, floor(extract(epoch FROM clock_timestamp()) / 60)::integer),
    epoch_at = clock_timestamp(), epoch_reason = p_reason, epoch_caller = p_caller
  RETURNING epoch INTO v_epoch;
  PERFORM enter_audit_epoch(ARRAY['00000000-0000-0000-0000-000000000000'::uuid], p_event);
  RETURN v_epoch;
END
$function$;
ALTER FUNCTION begin_audit_epoch(uuid,text,json) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION begin_audit_epoch(uuid,text,json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_audit_epoch(uuid,text,json) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.begin_signing_key(p_key integer)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  INSERT INTO audit_log_keys (log_id, epoch, key_id, from_size)
  SELECT g.log_id, g.epoch, p_key, CASE WHEN g.size = 0 THEN 0 ELSE g.size + 1 END FROM audit_logs g
$function$;
ALTER FUNCTION begin_signing_key(integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION begin_signing_key(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_signing_key(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.blank_secret(p_secret secrets, p_value boolean)
 RETURNS secrets
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
BEGIN
  IF p_value THEN
    p_secret.value := NULL;
  END IF;
  p_secret.provider_options := NULL;
  RETURN p_secret;
END
$function$;
REVOKE ALL ON FUNCTION blank_secret(secrets,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION blank_secret(secrets,boolean) TO strongroom_app;
GRANT EXECUTE ON FUNCTION blank_secret(secrets,boolean) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.bulk_secret_keys(p_tenant uuid, p_user uuid, p_administers boolean, p_keys text[], p_prefix text, p_labels jsonb, p_after text, p_size integer, p_bytes bigint)
 RETURNS TABLE(place integer, key text, fits boolean)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_keys          text[] := p_keys;
  v_own           uuid[];
  v_other_tenants uuid[];
  v_others        uuid[];
  v_most_picked   CONSTANT integer := 3000;
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  IF v_keys IS NULL AND p_labels IS NOT NULL THEN
    SELECT f.ids INTO v_own FROM search_secret_labels(
      ARRAY[p_tenant], ARRAY[p_administers], p_user, ARRAY[p_labels], '{}', v_most_picked, false
    ) AS f;
    SELECT f.tenant_ids, f.ids INTO v_other_tenants, v_others FROM search_secret_labels(
      ARRAY[p_tenant], ARRAY[p_administers], p_user, ARRAY[p_labels], '{}', v_most_picked, true
    ) AS f;
  END IF;

  IF v_keys IS NULL THEN
    v_keys := ARRAY(
      SELECT c.key FROM (
        (SELECT s.key FROM secrets s
         WHERE v_own IS NULL AND s.tenant_id = p_tenant
           AND (s.visibility <> 'private' OR s.created_by = p_user OR p_administers)
           AND s.key >= p_prefix COLLATE "C" AND s.key < (p_prefix || chr(127)) COLLATE "C" AND s.key > p_after COLLATE "C"
           AND (p_labels IS NULL OR s.labels @> p_labels)
         ORDER BY s.key LIMIT p_size + 1)
        UNION ALL
        (SELECT s.key FROM unnest(v_own) AS o (id) CROSS JOIN LATERAL (
           SELECT * FROM secrets WHERE tenant_id = p_tenant AND id = o.id LIMIT 1
         ) AS s
         WHERE (s.visibility <> 'private' OR s.created_by = p_user OR p_administers)
           AND s.key > p_after COLLATE "C" AND s.labels @> p_labels
         ORDER BY s.key LIMIT p_size + 1)
        UNION ALL
        (SELECT s.key FROM secrets s
         WHERE v_others IS NULL AND s.visibility = 'global' AND s.tenant_id <> p_tenant
           AND s.key >= p_prefix COLLATE "C" AND s.key < (p_prefix || chr(127)) COLLATE "C" AND s.key > p_after COLLATE "C"
           AND (p_labels IS NULL OR s.labels @> p_labels)
         ORDER BY s.key LIMIT p_size + 1)
        UNION ALL
        (SELECT s.key FROM unnest(v_other_tenants, v_others) AS o (tenant_id, id) CROSS JOIN LATERAL (
           SELECT * FROM secrets WHERE tenant_id = o.tenant_id AND id = o.id LIMIT 1
         ) AS s
         WHERE s.visibility = 'global' AND s.tenant_id <> p_tenant
           AND s.key > p_after COLLATE "C" AND s.labels @> p_labels
         ORDER BY s.key LIMIT p_size + 1)
      ) AS c ORDER BY c.key LIMIT p_size + 1
    );
  END IF;

  RETURN QUERY
  SELECT m.place::integer, m.key, m.place <= p_size AND (m.upto <= p_bytes OR m.place = 1)
  FROM (
    SELECT k.place, k.key, sum(coalesce(f.bytes, 0)) OVER (ORDER BY k.place) AS upto
    FROM unnest(v_keys) WITH ORDINALITY AS k (key, place)
    LEFT JOIN LATERAL (
      SELECT CASE WHEN c.shows_all OR NOT c.is_hidden_value THEN octet_length(c.value) ELSE 0 END
               + CASE WHEN c.shows_all THEN coalesce(octet_length(c.provider_options), 0) ELSE 0 END
               + coalesce(octet_length(c.schema::text), 0) + coalesce(octet_length(c.description), 0) AS bytes,
             c.expires_at
      FROM (
        SELECT s.*, s.created_by = p_user OR p_administers AS shows_all FROM secrets s
        WHERE s.tenant_id = p_tenant AND s.key = k.key COLLATE "C"
          AND (s.visibility <> 'private' OR s.created_by = p_user OR p_administers)
        UNION ALL
        SELECT s.*, s.created_by = p_user OR NOT s.is_hidden_value AND s.provider_options IS NULL
                      OR user_may(p_user, s.tenant_id, 'administrators')
        FROM secrets s
        WHERE s.visibility = 'global' AND s.key = k.key COLLATE "C" AND s.tenant_id <> p_tenant
      ) AS c LIMIT 1
    ) AS f ON secret_has_expired(f.expires_at) IS NOT TRUE
  ) AS m
  WHERE m.place <= p_size + 1
  ORDER BY m.place;
END
$function$;
REVOKE ALL ON FUNCTION bulk_secret_keys(uuid,uuid,boolean,text[],text,jsonb,text,integer,bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bulk_secret_keys(uuid,uuid,boolean,text[],text,jsonb,text,integer,bigint) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.confirm_audit_batches(p_sink text, p_holder uuid, p_position bigint, p_part integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  UPDATE audit_sinks s SET position = p_position, part = p_part, configured_at = clock_timestamp()
  WHERE s.name = p_sink AND s.holder = p_holder AND (s.position, s.part) < (p_position, p_part);
  RETURN FOUND;
END
$function$;
ALTER FUNCTION confirm_audit_batches(text,uuid,bigint,integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION confirm_audit_batches(text,uuid,bigint,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION confirm_audit_batches(text,uuid,bigint,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.count_refused_logins(p_sources text[], p_counts integer[])
 RETURNS void
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
DECLARE
  v_refused CONSTANT bytea := sha256('refused logins');
  v_full boolean := login_failures_full();
BEGIN
  INSERT INTO login_failures AS f (name_key, source, refused, expires_at)
  SELECT v_refused, c.source, sum(c.count), now() + interval '15 minutes'
  FROM (
    SELECT CASE WHEN v_full AND NOT EXISTS (
             SELECT FROM login_failures l WHERE l.name_key = v_refused AND l.source = r.source COLLATE "C"
           ) THEN '*' ELSE r.source COLLATE "C" END AS source, r.count
    FROM unnest(p_sources, p_counts) AS r (source, count)
  ) c
  GROUP BY c.source ORDER BY c.source
  ON CONFLICT (name_key, source) DO UPDATE SET refused = f.refused + excluded.refused;
END
$function$;
REVOKE ALL ON FUNCTION count_refused_logins(text[],integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_refused_logins(text[],integer[]) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.database_has_moved()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
BEGIN
  RETURN EXISTS (SELECT FROM installation i WHERE i.written_by::xid <> i.xmin) OR EXISTS (
    SELECT FROM installation i,
      unnest(string_to_array(i.incarnation, ':'), string_to_array(database_incarnation(), ':')) AS part (sealed_by, present)
    WHERE part.sealed_by <> '' AND part.present <> '' AND part.sealed_by <> part.present
  );
END
$function$;
REVOKE ALL ON FUNCTION database_has_moved() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION database_has_moved() TO strongroom_app;
GRANT EXECUTE ON FUNCTION database_has_moved() TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.database_incarnation()
 RETURNS text
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  v_system   text := '';
  v_timeline text := '';
BEGIN
  BEGIN
    SELECT system_identifier::text INTO v_system FROM pg_control_system();
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  BEGIN
    v_timeline := substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  RETURN v_system || ':' || (SELECT oid FROM pg_database WHERE datname = current_database()) || ':' || v_timeline;
END
$function$;
REVOKE ALL ON FUNCTION database_incarnation() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION database_incarnation() TO strongroom_app;
GRANT EXECUTE ON FUNCTION database_incarnation() TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.destroy_secret_versions(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
 RETURNS TABLE(ordinal integer, outcome text, version integer, revision integer, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  r         record;
  v_entries audit_entry[] := '{}';
BEGIN
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, revision integer, mark uuid, destroyed_version integer, author_id uuid, event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    version := r.destroyed_version;
    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    SELECT s.revision, s.created_at, s.updated_at INTO revision, created_at, updated_at FROM secrets s
    WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.revision = r.revision AND s.mark = r.mark FOR SHARE;
    IF FOUND THEN
      UPDATE secret_versions AS v SET
        value = NULL, key_generation = NULL, destroyed_by = r.author_id, destroyed_at = clock_timestamp()
      WHERE v.tenant_id = r.tenant_id AND v.secret_id = r.id AND v.version = r.destroyed_version AND v.destroyed_at IS NULL;
    END IF;
    outcome := CASE WHEN FOUND THEN 'ok' ELSE 'stale' END;
    IF outcome = 'ok' THEN
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, r.id, version, revision, 'ok', r.event -> 'caller',
        r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  PERFORM record_events(v_entries);
END
$function$;
REVOKE ALL ON FUNCTION destroy_secret_versions(json,bytea[],bytea[],boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION destroy_secret_versions(json,bytea[],bytea[],boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.drop_audit_partition(p_month date)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '1s'
 SET enable_seqscan TO 'off'
AS $function$
DECLARE
  v_name text := to_char(p_month, '"audit_events_"YYYY_MM');
  v_from uuid := first_event_id(p_month::timestamp AT TIME ZONE 'UTC');
  v_to   uuid := first_event_id((p_month + interval '1 month') AT TIME ZONE 'UTC');
BEGIN
  IF p_month <> date_trunc('month', p_month) OR to_regclass(v_name) IS NULL
     OR v_to > first_event_id(clock_timestamp() - interval '30 days') THEN
    RETURN false;
  END IF;
  -- Nothing becomes a leaf from here on, so the leaves need not be looked at while requests wait for the table.
  PERFORM lock_sequence('audit', true);
  IF EXISTS (
    SELECT FROM audit_logs g CROSS JOIN LATERAL (
      SELECT FROM audit_leaves l WHERE l.log_id = g.log_id AND l.event_id >= v_from AND l.event_id < v_to LIMIT 1
    ) AS needed
  ) THEN
    RETURN false;
  END IF;
  LOCK TABLE ONLY audit_events IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM audit_pending p WHERE p.event_id >= v_from AND p.event_id < v_to)
     OR EXISTS (SELECT FROM audit_backfill b WHERE b.after_id < v_to) THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE %I', v_name);
  DELETE FROM audit_removals r WHERE r.month = p_month;
  RETURN true;
END
$function$;
REVOKE ALL ON FUNCTION drop_audit_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_audit_partition(date) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.empty_trash(p_tenant uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
DECLARE
  v_purged integer;
BEGIN
  DELETE FROM secrets s
  WHERE s.tenant_id = p_tenant AND s.deleted_at IS NOT NULL;
  GET DIAGNOSTICS v_purged = ROW_COUNT;
  PERFORM lock_sequence('audit', true);
  DELETE FROM secret_reads r WHERE r.tenant_id = p_tenant;
  DELETE FROM secret_reads_pending p WHERE p.tenant_id = p_tenant;
  RETURN v_purged;
END
$function$;
REVOKE ALL ON FUNCTION empty_trash(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION empty_trash(uuid) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.enqueue_unsealed_events(p_limit integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
DECLARE
  v_now   timestamptz := clock_timestamp();
  v_log   audit_backfill;
  v_last  uuid;
  v_count integer;
BEGIN
  UPDATE audit_backfill b SET begun_at = v_now, until_id = greatest(
    first_event_id(v_now + interval '5 minutes'),
    (SELECT e.id FROM audit_events e WHERE e.log_id = b.log_id ORDER BY e.id DESC LIMIT 1)
  )
  WHERE b.until_id IS NULL;
  SELECT b.* INTO v_log FROM audit_backfill b WHERE b.begun_at < v_now - interval '1 minute'
  ORDER BY b.log_id LIMIT 1 FOR UPDATE;
  IF NOT FOUND THEN
    RETURN CASE WHEN EXISTS (SELECT FROM audit_backfill) THEN false END;
  END IF;
  IF EXISTS (SELECT FROM audit_pending p WHERE p.log_id = v_log.log_id OFFSET p_limit) THEN
    RETURN false;
  END IF;
  WITH next AS MATERIALIZED (
    SELECT e.id FROM audit_events e
    WHERE e.log_id = v_log.log_id AND e.id > v_log.after_id AND e.id <= v_log.until_id ORDER BY e.id LIMIT p_limit
  ),
  added AS (
    INSERT INTO audit_pending (log_id, event_id)
    SELECT v_log.log_id, n.id FROM next n
    WHERE NOT EXISTS (SELECT FROM audit_leaves l WHERE l.log_id = v_log.log_id AND l.event_id = n.id)
    ORDER BY n.id
  )
  SELECT count(*), (array_agg(n.id ORDER BY n.id DESC))[1] INTO v_count, v_last FROM next n;
  IF v_count < p_limit THEN
    DELETE FROM audit_backfill b WHERE b.log_id = v_log.log_id;
  ELSE
    UPDATE audit_backfill b SET after_id = v_last WHERE b.log_id = v_log.log_id;
  END IF;
  RETURN true;
END
$function$;
ALTER FUNCTION enqueue_unsealed_events(integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION enqueue_unsealed_events(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enqueue_unsealed_events(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.enter_audit_epoch(p_logs uuid[], p_event uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_now     installation;
  v_entries audit_entry[];
BEGIN
  INSERT INTO audit_logs (log_id) SELECT unnest(p_logs) ON CONFLICT DO NOTHING;
  -- The service's login may add rows of any id. Such a one would leave no room before it.
  UPDATE audit_pending p SET id = DEFAULT WHERE p.log_id = ANY (p_logs) AND p.id < -4611686018427387904;
  PERFORM take_back_unsigned_leaves(p_logs);
  SELECT i.* INTO v_now FROM installation i;
  IF v_now.epoch = 1 THEN
    RETURN;
  END IF;
  SELECT array_agg(ROW(
    g.log_id, coalesce(p_event, new_event_id()), 'audit.new_epoch', NULL, NULL, NULL, NULL, 'ok', v_now.epoch_caller,
    json_build_object(
      'previous_origin', audit_origin(g.log_id, coalesce(c.epoch, g.epoch)),
      'previous_size', coalesce(c.size, 0)::text,
      'previous_root', encode(coalesce(c.root, sha256('')), 'base64'),
      'reason', v_now.epoch_reason
    )
  )::audit_entry)
  INTO v_entries
  FROM audit_logs g LEFT JOIN LATERAL (
    SELECT p.epoch, p.size, p.root FROM audit_checkpoints p WHERE p.log_id = g.log_id
    ORDER BY p.epoch DESC, p.size DESC LIMIT 1
  ) AS c ON true
  WHERE g.log_id = ANY (p_logs) AND g.epoch < v_now.epoch
    AND NOT EXISTS (SELECT FROM tenants t WHERE t.id = g.log_id AND t.created_at >= v_now.epoch_at);
  IF v_entries IS NULL THEN
    RETURN;
  END IF;
  PERFORM record_events(v_entries);
  -- Comes before whatever waits, an earlier event of this kind included.
  UPDATE audit_pending p
  SET id = least((SELECT o.id FROM audit_pending o WHERE o.log_id = e.log_id ORDER BY o.id LIMIT 1), 1) - 1
  FROM unnest(v_entries) AS e WHERE p.log_id = e.log_id AND p.event_id = e.id;
  UPDATE audit_logs g SET epoch = v_now.epoch, size = 0, frontier = ''
  FROM unnest(v_entries) AS e WHERE g.log_id = e.log_id;
END
$function$;
ALTER FUNCTION enter_audit_epoch(uuid[],uuid) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION enter_audit_epoch(uuid[],uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.find_audit_leaf(p_log uuid, p_event uuid, p_size bigint)
 RETURNS TABLE(epoch integer, leaf_index bigint, is_recorded boolean, body text, waits boolean, may_be_pruned boolean, size bigint, note text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT l.epoch, l.leaf_index, e.id IS NOT NULL, e.body,
         -- Where very many wait, it is not looked for among them.
         l.leaf_index IS NULL AND e.id IS NOT NULL AND (
           EXISTS (
             SELECT FROM (
               SELECT w.event_id FROM audit_pending w WHERE w.log_id = p_log ORDER BY w.id LIMIT 10000
             ) AS w WHERE w.event_id = p_event
           )
           OR EXISTS (SELECT FROM audit_pending w WHERE w.log_id = p_log ORDER BY w.id OFFSET 10000 LIMIT 1)
           OR EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = p_log AND p_event > b.after_id AND p_event < b.until_id)
         ),
         EXISTS (
           SELECT FROM audit_pruned u
           JOIN audit_checkpoints k ON k.log_id = u.log_id AND k.epoch = u.epoch AND k.size = u.size
           WHERE u.log_id = p_log AND coalesce(e.at <= k.signed_at, p_event < first_event_id(k.signed_at))
         ),
         c.size, c.note
  FROM (SELECT 1) AS one
  LEFT JOIN LATERAL (
    SELECT a.id, a.at, a.body FROM audit_events a WHERE a.log_id = p_log AND a.id = p_event OFFSET 0
  ) AS e ON true
  LEFT JOIN audit_leaves l ON l.log_id = p_log AND l.event_id = p_event
  LEFT JOIN LATERAL (
    SELECT k.size, k.note FROM audit_checkpoints k
    WHERE k.log_id = p_log AND k.epoch = l.epoch AND (p_size IS NULL OR k.size = p_size)
    ORDER BY k.size DESC LIMIT 1
  ) AS c ON true;
END
$function$;
ALTER FUNCTION find_audit_leaf(uuid,uuid,bigint) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION find_audit_leaf(uuid,uuid,bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_audit_leaf(uuid,uuid,bigint) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.find_identities(p_names text[], p_name_keys bytea[], p_tokens text[], p_sources text[], p_tenants text[])
 RETURNS TABLE(ordinal integer, user_id uuid, username text, password_hash text, active boolean, token_epoch integer, token_hash bytea, token_expired boolean, locked boolean, locked_just_now boolean, proved boolean, tenant_id uuid, tenant_name text, permissions text, permissions_in integer, maintenance boolean)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT a.ordinal::integer, a.user_id, a.username, a.password_hash, a.active, a.token_epoch, a.token_hash, a.token_expired,
         a.locked, a.locked_just_now, a.proved, a.tenant_id, a.tenant_name,
         CASE WHEN a.ordinal = a.first THEN array_to_string(ARRAY(
           SELECT DISTINCT p.permission FROM role_permissions p WHERE p.role = ANY (a.roles) ORDER BY 1
         ), ',') END, a.first::integer,
         (SELECT m.activated_at IS NOT NULL FROM maintenance m)
  FROM (SELECT asked.*, min(asked.ordinal) OVER (PARTITION BY asked.roles) AS first FROM (
    SELECT q.ordinal, u.id AS user_id, u.username, u.password_hash, u.active, u.token_epoch,
           k.secret_hash AS token_hash, coalesce(k.expires_at <= now(), false) AS token_expired,
           coalesce(f.locked_until > now(), false) AS locked,
           coalesce(f.locked_until > now() AND f.locked_at > now() - interval '1 second', false) AS locked_just_now,
           coalesce(f.trusted_until > now(), false) AS proved,
           t.id AS tenant_id, t.name AS tenant_name,
           ARRAY[u.system_role, tu.role] || ARRAY(
             SELECT unnest(ARRAY[g.system_role, tg.role])
             FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
             LEFT JOIN tenant_user_groups tg ON tg.group_id = m.group_id AND tg.tenant_id = t.id
             WHERE m.user_id = u.id
           ) AS roles
    FROM unnest(p_names, p_name_keys, p_tokens, p_sources, p_tenants)
      WITH ORDINALITY AS q (username, name_key, token, source, tenant, ordinal)
    LEFT JOIN tokens k ON k.id = q.token COLLATE "C"
    LEFT JOIN LATERAL (
      SELECT n.id, n.username, n.password_hash, n.active, n.token_epoch, n.system_role FROM users n
      WHERE lower(n.username) = lower(q.username COLLATE "C") AND n.deleted_at IS NULL
      UNION ALL
      SELECT o.id, o.username, o.password_hash, o.active, o.token_epoch, o.system_role FROM users o
      WHERE o.id = k.user_id AND o.deleted_at IS NULL
    ) u ON true
    LEFT JOIN LATERAL (
      SELECT l.locked_until, l.locked_at, l.trusted_until FROM login_failures l WHERE l.source = q.source COLLATE "C"
        AND l.name_key = coalesce(q.name_key, sha256(convert_to(lower(u.username), 'UTF8'))) LIMIT 1
    ) f ON true
    LEFT JOIN tenants t ON t.name = q.tenant COLLATE "C" AND t.deleted_at IS NULL
    LEFT JOIN tenant_users tu ON tu.tenant_id = t.id AND tu.user_id = u.id
  ) asked) a;
END
$function$;
REVOKE ALL ON FUNCTION find_identities(text[],bytea[],text[],text[],text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_identities(text[],bytea[],text[],text[],text[]) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.find_prunable_log(p_after uuid, p_days integer, p_least_days integer)
 RETURNS TABLE(log_id uuid, epoch integer, origin text, removed_below bigint, size bigint, note text, key_id integer, horizon timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
  SELECT g.log_id, o.epoch, audit_origin(g.log_id, o.epoch), o.pruned, c.size, c.note, c.key_id, h.horizon
  FROM audit_logs g
  CROSS JOIN LATERAL (SELECT audit_horizon(g.log_id, p_days, p_least_days) AS horizon) AS h
  CROSS JOIN LATERAL (
    SELECT e.epoch, coalesce(p.size, 0) AS pruned
    FROM (SELECT DISTINCT k.epoch FROM audit_log_keys k WHERE k.log_id = g.log_id) AS e
    LEFT JOIN audit_pruned p ON p.log_id = g.log_id AND p.epoch = e.epoch
    WHERE EXISTS (
      SELECT FROM audit_checkpoints l
      WHERE l.log_id = g.log_id AND l.epoch = e.epoch AND l.size > coalesce(p.size, 0)
    )
    ORDER BY e.epoch LIMIT 1
  ) AS o
  CROSS JOIN LATERAL (
    SELECT l.signed_at FROM audit_checkpoints l
    WHERE l.log_id = g.log_id AND l.epoch = o.epoch AND l.size > o.pruned
    ORDER BY l.size LIMIT 1
  ) AS oldest
  CROSS JOIN LATERAL (
    SELECT l.size, l.note, l.key_id FROM audit_checkpoints l
    WHERE l.log_id = g.log_id AND l.epoch = o.epoch AND l.size > o.pruned
      AND l.size <= audit_pruning_limit(g.log_id, o.epoch) AND l.signed_at < h.horizon
    ORDER BY l.size DESC LIMIT 1
  ) AS c
  WHERE g.log_id >= coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    AND g.log_id IS DISTINCT FROM p_after
    AND oldest.signed_at < h.horizon - interval '7 days'
    AND NOT EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = g.log_id)
  ORDER BY g.log_id LIMIT 1
$function$;
REVOKE ALL ON FUNCTION find_prunable_log(uuid,integer,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_prunable_log(uuid,integer,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.find_secrets(p_tenants uuid[], p_keys text[])
 RETURNS TABLE(ordinal integer, is_foreign boolean, secret secrets, creator_name text)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  r record;
BEGIN
  FOR r IN
    SELECT * FROM unnest(p_tenants, p_keys) WITH ORDINALITY AS asked (tenant_id, key, ordinal)
  LOOP
    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    RETURN QUERY
    SELECT r.ordinal::integer, false, s, u.username
    FROM secrets s JOIN users u ON u.id = s.created_by
    WHERE s.tenant_id = r.tenant_id AND s.key = r.key COLLATE "C";
    CONTINUE WHEN FOUND;
    RETURN QUERY
    SELECT r.ordinal::integer, EXISTS (
      SELECT FROM secrets g WHERE g.visibility = 'global' AND g.key = r.key COLLATE "C" AND g.tenant_id <> r.tenant_id
    ), NULL::secrets, NULL::text;
  END LOOP;
END
$function$;
REVOKE ALL ON FUNCTION find_secrets(uuid[],text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_secrets(uuid[],text[]) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.find_trash(p_tenant uuid, p_id uuid)
 RETURNS TABLE(tenant_id uuid, id uuid, key text, visibility text, is_hidden_value boolean, description text, schema json, max_versions integer, version integer, revision integer, mark uuid, provider_name text, created_by uuid, created_at timestamp with time zone, updated_at timestamp with time zone, updated_by uuid, expires_at timestamp with time zone, labels jsonb, deleted_at timestamp with time zone, creator_name text, creator_is_deleted boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT s.tenant_id, s.id, s.key, s.visibility, s.is_hidden_value, s.description, s.schema, s.max_versions, s.version,
         s.revision, s.mark, s.provider_name, s.created_by, s.created_at, s.updated_at, s.updated_by, s.expires_at, s.labels,
         s.deleted_at, u.username, u.deleted_at IS NOT NULL
  FROM secrets s JOIN users u ON u.id = s.created_by
  WHERE s.tenant_id = p_tenant AND s.deleted_at IS NOT NULL AND (p_id IS NULL OR s.id = p_id);
END
$function$;
REVOKE ALL ON FUNCTION find_trash(uuid,uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_trash(uuid,uuid) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.first_event_id(p_at timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
AS $function$
  SELECT (lpad(to_hex(floor(extract(epoch FROM p_at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$function$;
REVOKE ALL ON FUNCTION first_event_id(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION first_event_id(timestamp with time zone) TO strongroom_app;
GRANT EXECUTE ON FUNCTION first_event_id(timestamp with time zone) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.first_recent_leaf(p_log uuid, p_epoch integer, p_from bigint, p_until bigint, p_horizon timestamp with time zone)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
  SELECT min(l.leaf_index)
  FROM audit_leaves l CROSS JOIN LATERAL (
    SELECT e.at FROM audit_events e WHERE e.log_id = l.log_id AND e.id = l.event_id OFFSET 0
  ) AS e
  WHERE l.log_id = p_log AND l.epoch = p_epoch AND l.leaf_index >= p_from AND l.leaf_index < p_until
    AND e.at >= p_horizon
$function$;
REVOKE ALL ON FUNCTION first_recent_leaf(uuid,integer,bigint,bigint,timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION first_recent_leaf(uuid,integer,bigint,bigint,timestamp with time zone) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.insert_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
 RETURNS TABLE(ordinal integer, outcome text, version integer, revision integer, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  r         record;
  v_entries audit_entry[] := '{}';
  v_changes secret_change[] := '{}';
BEGIN
  IF cardinality(p_values) <> json_array_length(p_secrets) OR cardinality(p_options) <> json_array_length(p_secrets) THEN
    RAISE EXCEPTION 'Every record needs a value and options';
  END IF;
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, visibility text, is_hidden_value boolean, description text, schema text,
      key_generation integer, expires_at timestamptz, labels jsonb,
      provider_options_generation integer, created_by uuid, created_at timestamptz, updated_at timestamptz,
      author_id uuid, record_conflict boolean, max_versions integer, event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    version := NULL;
    revision := NULL;
    created_at := NULL;
    updated_at := NULL;
    outcome := secret_key_claim(r.tenant_id, r.key, r.visibility = 'global', p_wait);

    IF outcome = 'ok' THEN
      PERFORM FROM users u WHERE u.id = r.created_by AND u.deleted_at IS NULL FOR KEY SHARE;
      IF NOT FOUND THEN
        outcome := 'stale';
      END IF;
    END IF;
    IF outcome = 'ok' THEN
      PERFORM set_config('app.tenant', r.tenant_id::text, true);
      INSERT INTO secrets AS s (
        tenant_id, id, key, visibility, is_hidden_value, description, schema, value, key_generation, provider_options,
        provider_options_generation, version_created_by, created_by, created_at, updated_at, mark, updated_by,
        max_versions, expires_at, labels
      ) VALUES (
        r.tenant_id, r.id, r.key, r.visibility, r.is_hidden_value, r.description, r.schema::json, p_values[r.ordinality],
        r.key_generation, p_options[r.ordinality], r.provider_options_generation, r.author_id, r.created_by,
        coalesce(r.created_at, now()), coalesce(r.updated_at, now()), (r.event ->> 'id')::uuid, r.author_id,
        r.max_versions, r.expires_at, coalesce(r.labels, '{}')
      )
      ON CONFLICT DO NOTHING
      RETURNING s.version, s.revision, s.created_at, s.updated_at INTO version, revision, created_at, updated_at;
      IF FOUND THEN
        v_changes := v_changes || ROW(
          r.tenant_id, r.id, r.key, 'created', version, revision, r.visibility, r.created_by, NULL, r.event ->> 'id'
        )::secret_change;
      ELSE
        outcome := 'exists';
      END IF;
    END IF;

    IF outcome = 'ok' OR r.record_conflict AND outcome NOT IN ('busy', 'no_tenant', 'stale') THEN
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, CASE WHEN outcome = 'ok' THEN r.id END, version,
        revision, CASE WHEN outcome = 'ok' THEN 'ok' ELSE 'conflict' END, r.event -> 'caller', r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  -- What a bulk write or an import changes next is found by id.
  IF cardinality(v_entries) >= 100 THEN
    PERFORM refresh_secret_statistics();
  END IF;
  PERFORM record_secret_changes(v_changes);
  PERFORM record_events(v_entries);
END
$function$;
REVOKE ALL ON FUNCTION insert_secrets(json,bytea[],bytea[],boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION insert_secrets(json,bytea[],bytea[],boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.lease_audit_sink(p_sink text, p_holder uuid, p_seconds integer, p_wait_days integer)
 RETURNS TABLE(is_holder boolean, seconds double precision, waiting_seconds double precision, batches bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_now   timestamptz := clock_timestamp();
  v_sink  audit_sinks;
  v_since timestamptz;
BEGIN
  IF NOT EXISTS (SELECT FROM audit_sinks s WHERE s.name = p_sink) THEN
    -- No sealing is under way then that does not see the sink.
    PERFORM lock_sequence('audit', true);
    INSERT INTO audit_sinks (name, position, wait_days)
    SELECT p_sink, coalesce((SELECT max(b.position) + 1 FROM audit_batches b), 0), p_wait_days ON CONFLICT DO NOTHING;
  END IF;
  SELECT s.* INTO v_sink FROM audit_sinks s WHERE s.name = p_sink;
  SELECT b.sealed_at INTO v_since FROM audit_batches b
  WHERE b.position >= v_sink.position AND NOT (b.position = v_sink.position AND b.events <= v_sink.part)
  ORDER BY b.position LIMIT 1;
  -- While there is nothing to send, half of the time passes before the row is written again.
  UPDATE audit_sinks s
  SET holder = p_holder, held_until = v_now + make_interval(secs => p_seconds), wait_days = p_wait_days, configured_at = v_now
  WHERE s.name = p_sink
    AND (s.holder IS NULL OR s.holder = p_holder OR s.held_until < v_now)
    AND (s.holder IS DISTINCT FROM p_holder OR v_since IS NOT NULL
         OR s.held_until < v_now + make_interval(secs => p_seconds) / 2);
  RETURN QUERY
  SELECT coalesce(s.holder = p_holder, false), extract(epoch FROM s.held_until - v_now)::float8,
         extract(epoch FROM v_now - v_since)::float8,
         CASE WHEN v_since IS NULL THEN 0 ELSE (SELECT max(b.position) FROM audit_batches b) - s.position + 1 END
  FROM audit_sinks s WHERE s.name = p_sink;
END
$function$;
ALTER FUNCTION lease_audit_sink(text,uuid,integer,integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION lease_audit_sink(text,uuid,integer,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lease_audit_sink(text,uuid,integer,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.lock_secret_keys(p_keys text[], p_globals boolean[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_bucket record;
BEGIN
  FOR v_bucket IN
    SELECT secret_key_bucket(k.key) AS id, bool_or(k.global) AS exclusive
    FROM unnest(p_keys, p_globals) AS k (key, global) GROUP BY 1 ORDER BY 1
  LOOP
    IF v_bucket.exclusive THEN
      PERFORM pg_advisory_xact_lock(v_bucket.id);
    ELSE
      PERFORM pg_advisory_xact_lock_shared(v_bucket.id);
    END IF;
  END LOOP;
END
$function$;
REVOKE ALL ON FUNCTION lock_secret_keys(text[],boolean[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_secret_keys(text[],boolean[]) TO strongroom_app;
GRANT EXECUTE ON FUNCTION lock_secret_keys(text[],boolean[]) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.lock_secret_moves(p_tenant uuid)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM FROM tenants t WHERE t.id = p_tenant AND t.deleted_at IS NULL FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('secret moves ' || p_tenant, 0));
  RETURN true;
END
$function$;
REVOKE ALL ON FUNCTION lock_secret_moves(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_secret_moves(uuid) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.lock_sequence(p_name text, p_wait boolean)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_lock bigint := hashtextextended('strongroom sequence ' || p_name, 0);
BEGIN
  IF p_wait THEN
    PERFORM pg_advisory_xact_lock(v_lock);
    RETURN true;
  END IF;
  RETURN pg_try_advisory_xact_lock(v_lock);
END
$function$;
REVOKE ALL ON FUNCTION lock_sequence(text,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_sequence(text,boolean) TO strongroom_app;
GRANT EXECUTE ON FUNCTION lock_sequence(text,boolean) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.login_failures_full()
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT pg_stat_get_live_tuples('login_failures'::regclass) >= 200000
$function$;
REVOKE ALL ON FUNCTION login_failures_full() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_failures_full() TO strongroom_app;

CREATE OR REPLACE FUNCTION public.login_reserve(p_name_key bytea, p_source text, p_known boolean)
 RETURNS TABLE(verdict text, locks boolean, fresh boolean, unproved boolean)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_any_name CONSTANT bytea := sha256('any name');
  v_now timestamptz := clock_timestamp();
  v_pair login_failures;
  v_unproved boolean;
BEGIN
  SELECT * INTO v_pair FROM login_failures WHERE name_key = p_name_key AND source = p_source;
  v_unproved := coalesce(v_pair.trusted_until <= v_now, true);
  IF v_unproved AND (
    EXISTS (SELECT FROM login_failures WHERE name_key = p_name_key AND source = '*' AND failures >= 30
              AND expires_at > v_now)
    OR EXISTS (SELECT FROM login_failures WHERE name_key = v_any_name AND source = p_source AND failures >= 100
                 AND expires_at > v_now)
  ) THEN
    RETURN QUERY SELECT 'ceiling', false, false, true;
    RETURN;
  END IF;

  IF v_pair.name_key IS NOT NULL OR p_known OR NOT login_failures_full() THEN
    INSERT INTO login_failures AS f (name_key, source, failures, expires_at)
    VALUES (p_name_key, p_source, 1, v_now + interval '15 minutes')
    ON CONFLICT (name_key, source) DO UPDATE SET
      failures = CASE WHEN f.expires_at <= v_now THEN 1 WHEN f.failures + 1 >= 5 THEN 0 ELSE f.failures + 1 END,
      locks = CASE WHEN f.expires_at <= v_now THEN 0 WHEN f.failures + 1 >= 5 THEN f.locks + 1 ELSE f.locks END,
      locked_at = CASE WHEN f.expires_at > v_now AND f.failures + 1 >= 5 THEN v_now END,
      locked_until = CASE WHEN f.expires_at > v_now AND f.failures + 1 >= 5
        THEN v_now + least(interval '1 minute' * power(2, least(f.locks, 10)), interval '15 minutes') END,
      expires_at = greatest(f.expires_at, v_now + interval '1 hour')
    WHERE f.locked_until IS NULL OR f.locked_until <= v_now
    RETURNING f.* INTO v_pair;
    IF NOT FOUND THEN
      SELECT * INTO v_pair FROM login_failures WHERE name_key = p_name_key AND source = p_source;
      RETURN QUERY SELECT 'locked', false, coalesce(v_pair.locked_at > v_now - interval '1 second', false), v_unproved;
      RETURN;
    END IF;
    v_unproved := coalesce(v_pair.trusted_until <= v_now, true);

    INSERT INTO login_failures AS f (name_key, source, failures, expires_at)
    VALUES (p_name_key, '*', 1, v_now + interval '15 minutes')
    ON CONFLICT (name_key, source) DO UPDATE SET
      failures = CASE WHEN f.expires_at <= v_now THEN 1 ELSE f.failures + 1 END,
      expires_at = CASE WHEN f.expires_at <= v_now THEN v_now + interval '15 minutes' ELSE f.expires_at END
    WHERE f.expires_at <= v_now OR f.failures < 30 OR NOT v_unproved;
    IF NOT FOUND THEN
      RETURN QUERY SELECT 'ceiling', false, false, v_unproved;
      RETURN;
    END IF;
  END IF;

  IF v_unproved THEN
    INSERT INTO login_failures AS f (name_key, source, failures, expires_at)
    VALUES (v_any_name, p_source, 1, v_now + interval '15 minutes')
    ON CONFLICT (name_key, source) DO UPDATE SET
      failures = CASE WHEN f.expires_at <= v_now THEN 1 ELSE f.failures + 1 END,
      expires_at = CASE WHEN f.expires_at <= v_now THEN v_now + interval '15 minutes' ELSE f.expires_at END
    WHERE f.expires_at <= v_now OR f.failures < 100;
    IF NOT FOUND THEN
      RETURN QUERY SELECT 'ceiling', false, false, true;
      RETURN;
    END IF;
  END IF;
  RETURN QUERY SELECT 'allowed', coalesce(v_pair.locked_until > v_now, false), false, v_unproved;
END
$function$;
REVOKE ALL ON FUNCTION login_reserve(bytea,text,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_reserve(bytea,text,boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.login_succeeded(p_name_key bytea, p_source text, p_unproved boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
  UPDATE login_failures SET failures = 0, locks = 0, locked_at = NULL, locked_until = NULL,
    trusted_until = clock_timestamp() + interval '30 days', expires_at = clock_timestamp() + interval '30 days'
  WHERE name_key = p_name_key AND source = p_source;
  UPDATE login_failures SET failures = greatest(failures - 1, 0) WHERE name_key = p_name_key AND source = '*';
  IF p_unproved THEN
    UPDATE login_failures SET failures = greatest(failures - 1, 0)
    WHERE name_key = sha256('any name') AND source = p_source;
  END IF;
END
$function$;
REVOKE ALL ON FUNCTION login_succeeded(bytea,text,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_succeeded(bytea,text,boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.new_event_id()
 RETURNS uuid
 LANGUAGE sql
AS $function$
  SELECT (lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
          || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$function$;
REVOKE ALL ON FUNCTION new_event_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION new_event_id() TO strongroom_app;
GRANT EXECUTE ON FUNCTION new_event_id() TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.note_expired_secrets(p_limit integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_changes secret_change[];
BEGIN
  WITH due AS (
    SELECT s.tenant_id, s.id FROM secrets s
    WHERE s.expires_at <= now() AND s.expiry_noted IS DISTINCT FROM s.expires_at AND s.deleted_at IS NULL
    ORDER BY s.expires_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  ), noted AS (
    UPDATE secrets s SET expiry_noted = s.expires_at FROM due
    WHERE s.tenant_id = due.tenant_id AND s.id = due.id
    RETURNING ROW(
      s.tenant_id, s.id, s.key, 'expired', s.version, s.revision, s.visibility, s.created_by, NULL, gen_random_uuid()
    )::secret_change AS change
  )
  SELECT array_agg(noted.change) INTO v_changes FROM noted;
  IF v_changes IS NULL THEN
    RETURN 0;
  END IF;
  PERFORM record_secret_changes(v_changes);
  RETURN cardinality(v_changes);
END
$function$;
ALTER FUNCTION note_expired_secrets(integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION note_expired_secrets(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_expired_secrets(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.note_secret_reads(p_logs uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_since   timestamptz := (SELECT i.reads_since FROM installation i);
  v_tenants uuid[];
  v_secrets uuid[];
  v_most    CONSTANT integer := 100;
  v_exports CONSTANT integer := 50;
BEGIN
  WITH sealed AS MATERIALIZED (
    SELECT e.log_id, e.secret_id, e.action, e.at, e.actor_id, e.body
    FROM audit_logs g
    JOIN audit_leaves l ON l.log_id = g.log_id AND l.epoch = g.epoch AND l.leaf_index >= g.size
    CROSS JOIN LATERAL (
      SELECT a.* FROM audit_events a
      WHERE a.log_id = l.log_id AND a.id = l.event_id AND a.action IN ('secret.read', 'secret.copy', 'secret.purge')
        AND a.outcome = 'ok' AND a.secret_id IS NOT NULL OFFSET 0
    ) AS e
    WHERE g.log_id = ANY (p_logs)
  ),
  purged AS (
    DELETE FROM secret_reads r USING sealed p
    WHERE p.action = 'secret.purge' AND r.tenant_id = p.log_id AND r.secret_id = p.secret_id
  ),
  exported AS (
    DELETE FROM secret_reads_pending p USING (
      SELECT o.tenant_id, o.id FROM secret_reads_pending o ORDER BY o.tenant_id, o.id LIMIT v_exports
    ) AS f WHERE p.tenant_id = f.tenant_id AND p.id = f.id
    RETURNING p.tenant_id, p.reader_id, p.read_at, p.secret_ids, p.versions
  ),
  read AS (
    SELECT s.log_id AS tenant_id, s.secret_id, substring(s.body FROM '"version" : (\d+)')::integer AS version,
           coalesce(t.id, s.actor_id) AS reader_id, t.id IS NOT NULL AS is_tenant, s.at AS read_at
    FROM sealed s CROSS JOIN LATERAL (
      SELECT substring(s.body FROM '"reader_tenant" ?: ?"([0-9a-f-]{36})"')::uuid AS id
    ) AS t
    WHERE s.action <> 'secret.purge' AND s.at >= v_since AND s.body !~ '"(without_value|source_secret)" ?:'
    UNION ALL
    SELECT x.tenant_id, u.secret_id, u.version, x.reader_id, false, x.read_at
    FROM exported x CROSS JOIN LATERAL unnest(x.secret_ids, x.versions) AS u (secret_id, version)
  ),
  noted AS (
    INSERT INTO secret_reads AS r (tenant_id, secret_id, version, reader_id, is_tenant, read_at)
    SELECT n.tenant_id, n.secret_id, n.version, n.reader_id, n.is_tenant, n.read_at FROM (
      SELECT d.tenant_id, d.secret_id, d.version, d.reader_id, bool_or(d.is_tenant) AS is_tenant, max(d.read_at) AS read_at
      FROM read d WHERE d.version IS NOT NULL AND d.reader_id IS NOT NULL
      GROUP BY d.tenant_id, d.secret_id, d.version, d.reader_id
    ) AS n
    WHERE EXISTS (SELECT FROM secrets s WHERE s.tenant_id = n.tenant_id AND s.id = n.secret_id)
    ON CONFLICT (tenant_id, secret_id, version, reader_id)
    DO UPDATE SET read_at = greatest(r.read_at, excluded.read_at)
    RETURNING r.tenant_id, r.secret_id, r.xmax = 0 AS is_new
  )
  SELECT array_agg(w.tenant_id), array_agg(w.secret_id) INTO v_tenants, v_secrets
  FROM (SELECT DISTINCT n.tenant_id, n.secret_id FROM noted n WHERE n.is_new) AS w;

  DELETE FROM secret_reads r USING (
    SELECT o.* FROM unnest(v_tenants, v_secrets) AS w (tenant_id, secret_id) CROSS JOIN LATERAL (
      SELECT k.tenant_id, k.secret_id, k.version, k.reader_id FROM secret_reads k
      WHERE k.tenant_id = w.tenant_id AND k.secret_id = w.secret_id ORDER BY k.read_at DESC OFFSET v_most
    ) AS o
  ) AS old
  WHERE r.tenant_id = old.tenant_id AND r.secret_id = old.secret_id AND r.version = old.version
    AND r.reader_id = old.reader_id;
END
$function$;
REVOKE ALL ON FUNCTION note_secret_reads(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_secret_reads(uuid[]) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.poll_secret_changes(p_positions bigint[], p_marks uuid[], p_tenants uuid[], p_limit integer)
 RETURNS TABLE(lost bigint[], upto bigint, upto_mark uuid, more boolean, changes json)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_after bigint := (SELECT min(p) FROM unnest(p_positions) AS p);
  v_count integer;
BEGIN
  PERFORM note_expired_secrets(100);
  PERFORM sequence_secret_changes(1000, false);
  SELECT c.position, c.mark INTO upto, upto_mark FROM secret_changes c ORDER BY c.position DESC LIMIT 1;
  SELECT coalesce(json_agg(row_to_json(f) ORDER BY f.position), '[]'), count(*) INTO changes, v_count
  FROM (
    SELECT c.*, t.name AS tenant_name
    FROM (
      SELECT n.* FROM secret_changes n
      WHERE n.position > v_after AND n.position <= upto AND (n.tenant_id = ANY (p_tenants) OR n.visibility = 'global')
      ORDER BY n.position LIMIT p_limit
    ) AS c JOIN tenants t ON t.id = c.tenant_id
  ) AS f;
  lost := ARRAY(
    SELECT a.position FROM unnest(p_positions, p_marks) AS a (position, mark)
    WHERE NOT EXISTS (SELECT FROM secret_changes c WHERE c.position = a.position AND c.mark = a.mark)
  );

  more := v_count = p_limit;
  IF more THEN
    upto := changes -> -1 ->> 'position';
    upto_mark := changes -> -1 ->> 'mark';
  END IF;
  RETURN NEXT;
END
$function$;
ALTER FUNCTION poll_secret_changes(bigint[],uuid[],uuid[],integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION poll_secret_changes(bigint[],uuid[],uuid[],integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION poll_secret_changes(bigint[],uuid[],uuid[],integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.prune_audit_log(p_log uuid, p_epoch integer, p_size bigint, p_days integer, p_least_days integer, p_caller json)
 RETURNS TABLE(size bigint, leaves bigint, is_proved boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_checkpoint audit_checkpoints;
  v_pruned     bigint;
  v_hash       bytea;
  v_root       bytea;
  v_levels     smallint[] := '{}';
  v_indexes    bigint[] := '{}';
  v_hashes     bytea[] := '{}';
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('prune_audit_log ' || p_log, 0));
  SELECT coalesce(max(p.size), 0) INTO v_pruned FROM audit_pruned p WHERE p.log_id = p_log AND p.epoch = p_epoch;
  -- Locked, so that no other job deletes it in the meantime.
  SELECT c.* INTO v_checkpoint FROM audit_checkpoints c
  WHERE c.log_id = p_log AND c.epoch = p_epoch AND c.size > v_pruned
    AND c.size <= least(p_size, audit_pruning_limit(p_log, p_epoch))
    AND c.signed_at < audit_horizon(p_log, p_days, p_least_days)
  ORDER BY c.size DESC LIMIT 1 FOR UPDATE;
  IF NOT FOUND OR EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = p_log) THEN
    RETURN;
  END IF;

  FOR v_level IN 0 .. 52 LOOP
    CONTINUE WHEN (v_checkpoint.size >> v_level) % 2 = 0;
    v_hash := audit_node(p_log, p_epoch, v_level, (v_checkpoint.size >> v_level) - 1);
    v_root := CASE WHEN v_levels = '{}' THEN v_hash ELSE sha256('\x01'::bytea || v_hash || v_root) END;
    v_levels := v_levels || v_level::smallint;
    v_indexes := v_indexes || (v_checkpoint.size >> v_level) - 1;
    v_hashes := v_hashes || v_hash;
  END LOOP;
  IF v_root IS DISTINCT FROM v_checkpoint.root THEN
    RETURN QUERY SELECT v_checkpoint.size, v_checkpoint.size - v_pruned, false;
    RETURN;
  END IF;

  INSERT INTO audit_nodes (log_id, epoch, level, node_index, hash)
  SELECT p_log, p_epoch, n.level, n.node_index, n.hash
  FROM unnest(v_levels, v_indexes, v_hashes) AS n (level, node_index, hash)
  ON CONFLICT DO NOTHING;
  INSERT INTO audit_pruned AS p (log_id, epoch, size) VALUES (p_log, p_epoch, v_checkpoint.size)
  ON CONFLICT (log_id, epoch) DO UPDATE SET size = excluded.size;
  -- thin_audit_checkpoints looks at it no more.
  UPDATE audit_checkpoints c SET kept = 2
  WHERE c.log_id = p_log AND c.epoch = p_epoch AND c.size = v_checkpoint.size;
  PERFORM record_events(ARRAY[ROW(
    p_log, new_event_id(), 'audit.prune', NULL, NULL, NULL, NULL, 'ok', p_caller,
    json_build_object(
      'origin', audit_origin(p_log, p_epoch),
      'size', v_checkpoint.size::text,
      'root', encode(v_checkpoint.root, 'base64'),
      'events', (v_checkpoint.size - v_pruned)::text
    )
  )::audit_entry]);
  RETURN QUERY SELECT v_checkpoint.size, v_checkpoint.size - v_pruned, true;
END
$function$;
REVOKE ALL ON FUNCTION prune_audit_log(uuid,integer,bigint,integer,integer,json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_audit_log(uuid,integer,bigint,integer,integer,json) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.prune_secret_versions(p_tenant uuid, p_secret uuid, p_current integer, p_max integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_last integer := p_current - secret_version_limit(p_tenant, p_max);
BEGIN
  IF v_last > 0 THEN
    DELETE FROM secret_versions v WHERE v.tenant_id = p_tenant AND v.secret_id = p_secret AND v.version <= v_last;
  END IF;
END
$function$;
REVOKE ALL ON FUNCTION prune_secret_versions(uuid,uuid,integer,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_secret_versions(uuid,uuid,integer,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.purge_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
 RETURNS TABLE(ordinal integer, outcome text, version integer, revision integer, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  r         record;
  v_entries audit_entry[] := '{}';
BEGIN
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, revision integer, mark uuid, event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    DELETE FROM secrets AS s
    WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.deleted_at IS NOT NULL
      AND s.revision = r.revision AND s.mark = r.mark
    RETURNING s.version, s.revision, s.created_at, s.updated_at INTO version, revision, created_at, updated_at;
    outcome := CASE WHEN FOUND THEN 'ok' ELSE 'stale' END;
    IF outcome = 'ok' THEN
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, r.id, version, revision, 'ok', r.event -> 'caller',
        r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  PERFORM record_events(v_entries);
END
$function$;
REVOKE ALL ON FUNCTION purge_secrets(json,bytea[],bytea[],boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_secrets(json,bytea[],bytea[],boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_audit_batches(p_sink text, p_events integer, p_bytes integer)
 RETURNS TABLE("position" bigint, part integer, origin text, leaf_index bigint, body text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_sink   audit_sinks;
  v_batch  record;
  v_event  record;
  v_events integer := 0;
  v_bytes  bigint := 0;
BEGIN
  SELECT s.* INTO v_sink FROM audit_sinks s WHERE s.name = p_sink;
  FOR v_batch IN
    SELECT b.position, b.log_id, b.epoch, b.first_index, b.events, audit_origin(b.log_id, b.epoch) AS origin,
           CASE WHEN b.position = v_sink.position THEN v_sink.part ELSE 0 END AS done
    FROM audit_batches b WHERE b.position >= v_sink.position ORDER BY b.position LIMIT p_events + 1
  LOOP
    FOR v_event IN
      SELECT i.part, l.leaf_index, e.body
      FROM generate_series(v_batch.done + 1, least(v_batch.events, v_batch.done + p_events)) AS i (part)
      LEFT JOIN audit_leaves l ON l.log_id = v_batch.log_id AND l.epoch = v_batch.epoch
        AND l.leaf_index = v_batch.first_index + i.part - 1
      LEFT JOIN LATERAL (
        SELECT a.body FROM audit_events a WHERE a.log_id = v_batch.log_id AND a.id = l.event_id OFFSET 0
      ) AS e ON true
      ORDER BY i.part
    LOOP
      RETURN QUERY VALUES
        (v_batch.position, v_event.part, v_batch.origin, v_batch.first_index + v_event.part - 1, v_event.body);
      v_events := v_events + 1;
      v_bytes := v_bytes + coalesce(octet_length(v_event.body), 0);
      IF v_events >= p_events OR v_bytes >= p_bytes THEN
        RETURN;
      END IF;
    END LOOP;
  END LOOP;
END
$function$;
ALTER FUNCTION read_audit_batches(text,integer,integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION read_audit_batches(text,integer,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_batches(text,integer,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_audit_checkpoints(p_logs uuid[], p_epoch integer, p_size bigint, p_after_log uuid, p_after_epoch integer, p_after_size bigint, p_limit integer)
 RETURNS TABLE(log_id uuid, epoch integer, origin text, size bigint, root bytea, signed_at timestamp with time zone, note text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT c.log_id, c.epoch, audit_origin(c.log_id, c.epoch), c.size, c.root, c.signed_at, c.note FROM audit_checkpoints c
  WHERE (p_logs IS NULL OR c.log_id = ANY (p_logs)) AND (p_epoch IS NULL OR c.epoch = p_epoch)
    AND (p_size IS NULL OR c.size = p_size)
    AND (p_after_log IS NULL OR (c.log_id, c.epoch, c.size) < (p_after_log, p_after_epoch, p_after_size))
  ORDER BY c.log_id DESC, c.epoch DESC, c.size DESC LIMIT p_limit;
END
$function$;
ALTER FUNCTION read_audit_checkpoints(uuid[],integer,bigint,uuid,integer,bigint,integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION read_audit_checkpoints(uuid[],integer,bigint,uuid,integer,bigint,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_checkpoints(uuid[],integer,bigint,uuid,integer,bigint,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_audit_epochs(p_logs uuid[], p_after uuid, p_limit integer, p_since timestamp with time zone, p_since_epoch integer, p_since_size bigint)
 RETURNS TABLE(log_id uuid, epoch integer, origin text, is_last boolean, size bigint, note text, pruned bigint, start_size bigint, start_note text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT g.log_id, e.epoch, audit_origin(g.log_id, e.epoch), e.epoch = g.epoch, c.size, c.note, coalesce(u.size, 0),
         coalesce(s.size, u.size, 0), s.note
  FROM (
    SELECT l.log_id, l.epoch FROM audit_logs l
    WHERE (p_logs IS NULL OR l.log_id = ANY (p_logs)) AND (p_after IS NULL OR l.log_id > p_after)
    ORDER BY l.log_id LIMIT p_limit
  ) AS g
  CROSS JOIN LATERAL audit_epochs(g.log_id) AS e (epoch)
  LEFT JOIN audit_pruned u ON u.log_id = g.log_id AND u.epoch = e.epoch
  LEFT JOIN LATERAL (
    SELECT k.size, k.note FROM audit_checkpoints k WHERE k.log_id = g.log_id AND k.epoch = e.epoch
    ORDER BY k.size DESC LIMIT 1
  ) AS c ON true
  LEFT JOIN LATERAL (
    SELECT k.size, k.note FROM audit_checkpoints k
    WHERE k.log_id = g.log_id AND k.epoch = e.epoch AND k.size >= coalesce(u.size, 0)
      AND (k.size = u.size OR k.signed_at <= p_since OR (e.epoch = p_since_epoch AND k.size <= p_since_size))
    ORDER BY k.size DESC LIMIT 1
  ) AS s ON true
  ORDER BY g.log_id, e.epoch;
END
$function$;
ALTER FUNCTION read_audit_epochs(uuid[],uuid,integer,timestamp with time zone,integer,bigint) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION read_audit_epochs(uuid[],uuid,integer,timestamp with time zone,integer,bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_epochs(uuid[],uuid,integer,timestamp with time zone,integer,bigint) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_audit_events(p_logs uuid[], p_actor_id uuid, p_actor text, p_key text, p_actions text[], p_outcomes text[], p_from timestamp with time zone, p_until timestamp with time zone, p_after_id uuid, p_after_log uuid, p_descending boolean, p_size integer, p_bytes integer)
 RETURNS TABLE(items text, next_id uuid, next_log uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_logs uuid[] := coalesce(p_logs, ARRAY[nullif(current_setting('app.tenant', true), '')::uuid]);
  v_actors uuid[] := CASE WHEN p_actor_id IS NOT NULL THEN ARRAY[p_actor_id] ELSE (
    SELECT array_agg(u.id) FROM users u WHERE lower(u.username) = lower(p_actor COLLATE "C")
  ) END;
  v_streams integer := cardinality(v_logs) * coalesce(cardinality(v_actors), 1);
  v_order text := CASE WHEN p_descending THEN 'DESC' ELSE 'ASC' END;
  v_from text := 'unnest($1) AS log (id)' || CASE WHEN v_actors IS NULL THEN '' ELSE ' CROSS JOIN unnest($2) AS actor (id)' END;
  -- What an index finds.
  v_within text := concat_ws(' AND ', 'e.log_id = log.id',
    CASE WHEN v_actors IS NOT NULL THEN 'e.actor_id = actor.id' WHEN p_actor IS NOT NULL THEN 'e.actor_id IS NULL' END,
    CASE WHEN p_key IS NOT NULL THEN 'e.key = $4' END,
    CASE WHEN p_from IS NOT NULL THEN 'e.id >= first_event_id(greatest($5 - interval ''10 minutes'', ''epoch''))' END,
    CASE WHEN p_until IS NOT NULL THEN 'e.id < first_event_id(greatest($6 + interval ''10 minutes'', ''epoch''))' END,
    CASE WHEN p_after_id IS NULL THEN NULL
         WHEN p_descending THEN 'e.id <= $7 AND (e.id, e.log_id) < ($7, $8)'
         ELSE 'e.id >= $7 AND (e.id, e.log_id) > ($7, $8)' END
  );
  -- What has to be looked for.
  v_matching text := nullif(concat_ws(' AND ',
    CASE WHEN p_actor IS NOT NULL THEN 'lower(s.body::json #>> ''{caller,actor_name}'') = lower($3)' END,
    CASE WHEN p_from IS NOT NULL THEN 's.at >= $5' END,
    CASE WHEN p_until IS NOT NULL THEN 's.at < $6' END,
    CASE WHEN p_actions IS NOT NULL THEN 's.action = ANY ($9)' END,
    CASE WHEN p_outcomes IS NOT NULL THEN 's.outcome = ANY ($10)' END
  ), '');
BEGIN
  RETURN QUERY EXECUTE format($sql$
    WITH found AS MATERIALIZED (
      SELECT f.id, f.log_id FROM %1$s CROSS JOIN LATERAL (
        SELECT s.id, s.log_id FROM (
          SELECT e.* FROM audit_events e WHERE %2$s ORDER BY e.id %4$s LIMIT $13
        ) AS s
        WHERE %3$s ORDER BY s.id %4$s LIMIT $11
      ) AS f
      ORDER BY f.id %4$s, f.log_id %4$s LIMIT $11
    ),
    -- The entry up to which every log was looked through, if one of them has more.
    horizon AS MATERIALIZED (
      SELECT h.id FROM %1$s CROSS JOIN LATERAL (
        SELECT e.id FROM audit_events e WHERE %2$s ORDER BY e.id %4$s OFFSET $13 - 1 LIMIT 1
      ) AS h
      WHERE %5$L AND ($14 > 1 OR (SELECT count(*) FROM found) < $11)
      ORDER BY h.id %4$s LIMIT 1
    ),
    page AS MATERIALIZED (
      SELECT f.id, f.log_id, b.body, row_number() OVER w AS place, sum(octet_length(b.body) + 1) OVER w AS upto
      FROM found f CROSS JOIN LATERAL (
        SELECT e.body FROM audit_events e WHERE e.log_id = f.log_id AND e.id = f.id OFFSET 0
      ) AS b
      WHERE NOT EXISTS (SELECT FROM horizon h WHERE f.id %6$s h.id)
      WINDOW w AS (ORDER BY f.id %4$s, f.log_id %4$s)
    ),
    answer AS MATERIALIZED (
      SELECT string_agg(p.body, ',' ORDER BY p.place) AS items, count(*) AS given, max(p.place) AS last
      FROM page p WHERE p.upto <= $12 OR p.place = 1
    )
    SELECT '[' || coalesce(a.items, '') || ']', n.id, n.log_id
    FROM answer a LEFT JOIN LATERAL (
      SELECT p.id, p.log_id FROM page p
      WHERE p.place = a.last AND (a.given >= $11 OR a.given < (SELECT count(*) FROM page))
      UNION ALL
      SELECT h.id, %7$L::uuid FROM horizon h
      LIMIT 1
    ) AS n ON true
  $sql$, v_from, v_within, coalesce(v_matching, 'true'), v_order, v_matching IS NOT NULL,
    CASE WHEN p_descending THEN '<' ELSE '>' END,
    CASE WHEN p_descending THEN '00000000-0000-0000-0000-000000000000' ELSE 'ffffffff-ffff-ffff-ffff-ffffffffffff' END
  ) USING v_logs, v_actors, p_actor, p_key, p_from, p_until, p_after_id, p_after_log, p_actions, p_outcomes, p_size, p_bytes,
    CASE WHEN v_matching IS NULL THEN p_size ELSE greatest(p_size, 1000, 50000 / greatest(v_streams, 1)) END, v_streams;
END
$function$;
ALTER FUNCTION read_audit_events(uuid[],uuid,text,text,text[],text[],timestamp with time zone,timestamp with time zone,uuid,uuid,boolean,integer,integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION read_audit_events(uuid[],uuid,text,text,text[],text[],timestamp with time zone,timestamp with time zone,uuid,uuid,boolean,integer,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_events(uuid[],uuid,text,text,text[],text[],timestamp with time zone,timestamp with time zone,uuid,uuid,boolean,integer,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_audit_leaves(p_log uuid, p_epoch integer, p_from bigint, p_upto bigint, p_limit integer, p_bytes integer)
 RETURNS TABLE(hash bytea, body text, note text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH read AS MATERIALIZED (
    SELECT i.place, l.hash, e.body
    FROM generate_series(p_from, least(p_upto, p_from + p_limit) - 1) AS i (place)
    LEFT JOIN LATERAL (
      SELECT o.event_id, o.hash FROM audit_leaves o
      WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.leaf_index = i.place OFFSET 0
    ) AS l ON true
    LEFT JOIN LATERAL (
      SELECT a.body FROM audit_events a WHERE a.log_id = p_log AND a.id = l.event_id OFFSET 0
    ) AS e ON true
  ),
  page AS MATERIALIZED (
    SELECT m.place, m.hash, m.body FROM (
      SELECT r.*, sum(coalesce(octet_length(r.body), 0)) OVER (ORDER BY r.place) AS bytes FROM read r
    ) AS m
    WHERE m.bytes <= p_bytes OR m.place = p_from
  ),
  reached AS MATERIALIZED (
    SELECT k.size, k.note FROM audit_checkpoints k
    WHERE k.log_id = p_log AND k.epoch = p_epoch AND k.size > p_from AND k.size <= (SELECT max(p.place) + 1 FROM page p)
    ORDER BY k.size DESC LIMIT 1
  )
  SELECT p.hash, p.body, (SELECT r.note FROM reached r WHERE r.size = p.place + 1) FROM page p ORDER BY p.place;
END
$function$;
ALTER FUNCTION read_audit_leaves(uuid,integer,bigint,bigint,integer,integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION read_audit_leaves(uuid,integer,bigint,bigint,integer,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_leaves(uuid,integer,bigint,bigint,integer,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_audit_log_keys(p_logs uuid[], p_after_log uuid, p_after_epoch integer, p_after_key integer, p_limit integer)
 RETURNS TABLE(log_id uuid, epoch integer, key_id integer, origin text, public_key bytea, from_size bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT k.log_id, k.epoch, k.key_id, audit_origin(k.log_id, k.epoch), s.public_key, k.from_size
  FROM audit_log_keys k JOIN audit_signing_keys s ON s.id = k.key_id
  WHERE (p_logs IS NULL OR k.log_id = ANY (p_logs))
    AND (p_after_log IS NULL OR (k.log_id, k.epoch, k.key_id) > (p_after_log, p_after_epoch, p_after_key))
  ORDER BY k.log_id, k.epoch, k.key_id LIMIT p_limit;
END
$function$;
ALTER FUNCTION read_audit_log_keys(uuid[],uuid,integer,integer,integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION read_audit_log_keys(uuid[],uuid,integer,integer,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_log_keys(uuid[],uuid,integer,integer,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_audit_nodes(p_log uuid, p_epoch integer, p_levels integer[], p_indexes bigint[])
 RETURNS TABLE(level smallint, node_index bigint, hash bytea)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
#variable_conflict use_column
DECLARE
  v_pruned bigint := coalesce((SELECT u.size FROM audit_pruned u WHERE u.log_id = p_log AND u.epoch = p_epoch), 0);
BEGIN
  IF cardinality(p_levels) > 256 THEN
    RAISE EXCEPTION 'too many nodes of a tree at once' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT a.level, a.node_index, a.node_index << a.level AS begins, (a.node_index + 1) << a.level AS ends, n.hash
    FROM unnest(p_levels, p_indexes) AS a (level, node_index)
    LEFT JOIN LATERAL (
      SELECT o.hash FROM audit_nodes o
      WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.level = a.level::smallint AND o.node_index = a.node_index OFFSET 0
    ) AS n ON true
  ),
  -- Ranges of rows of a level of which rows are stored, that is, a multiple of 8.
  parts AS MATERIALIZED (
    SELECT b.base, b.begins, b.ends FROM (
      SELECT s.base,
             greatest(a.begins, CASE WHEN a.begins < v_pruned THEN v_pruned ELSE 0 END) + (1::bigint << s.base) - 1 >> s.base
               AS begins,
             least(a.ends, CASE WHEN a.begins < v_pruned AND s.base + 8 < a.level
                                THEN (v_pruned + (256::bigint << s.base) - 1 >> s.base + 8) << s.base + 8
                                ELSE a.ends END) >> s.base AS ends
      FROM asked a CROSS JOIN LATERAL generate_series(
        CASE WHEN a.begins < v_pruned THEN 0 ELSE greatest(a.level - 1, 0) / 8 * 8 END, greatest(a.level - 1, 0), 8
      ) AS s (base)
      WHERE a.hash IS NULL AND a.ends > v_pruned
    ) AS b
    WHERE b.begins < b.ends
  )
  SELECT a.level::smallint, a.node_index, a.hash FROM asked a WHERE a.hash IS NOT NULL
  UNION
  SELECT 0::smallint, l.leaf_index, l.hash FROM parts p CROSS JOIN LATERAL (
    SELECT o.leaf_index, o.hash FROM audit_leaves o
    WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.leaf_index >= p.begins AND o.leaf_index < p.ends OFFSET 0
  ) AS l
  WHERE p.base = 0
  UNION
  SELECT n.level, n.node_index, n.hash FROM parts p CROSS JOIN LATERAL (
    SELECT o.level, o.node_index, o.hash FROM audit_nodes o
    WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.level = p.base::smallint
      AND o.node_index >= p.begins AND o.node_index < p.ends OFFSET 0
  ) AS n
  WHERE p.base > 0
  UNION
  -- The frontier of the size up to which the log was pruned has a node for each bit of it.
  SELECT n.level, n.node_index, n.hash
  FROM generate_series(0, 52) AS f (level) CROSS JOIN LATERAL (
    SELECT o.level, o.node_index, o.hash FROM audit_nodes o
    WHERE o.log_id = p_log AND o.epoch = p_epoch AND o.level = f.level::smallint
      AND o.node_index = (v_pruned >> f.level) - 1 OFFSET 0
  ) AS n
  WHERE v_pruned >> f.level & 1 = 1
    AND EXISTS (SELECT FROM asked a WHERE a.hash IS NULL AND a.begins < v_pruned AND a.ends > v_pruned);
END
$function$;
ALTER FUNCTION read_audit_nodes(uuid,integer,integer[],bigint[]) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION read_audit_nodes(uuid,integer,integer[],bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_audit_nodes(uuid,integer,integer[],bigint[]) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_secret_changes(p_tenant uuid, p_user uuid, p_administers boolean, p_after bigint, p_mark uuid, p_limit integer)
 RETURNS TABLE(known boolean, upto bigint, upto_mark uuid, more boolean, changes json)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_most     CONSTANT integer := 20000;
  v_numbered integer;
  v_count    integer := 0;
BEGIN
  -- At once: a further batch of the same transaction would read all rows again that it has taken already.
  v_numbered := sequence_secret_changes(v_most, true);
  SELECT c.position, c.mark INTO upto, upto_mark FROM secret_changes c ORDER BY c.position DESC LIMIT 1;
  changes := '[]';
  known := true;

  IF p_after IS NOT NULL THEN
    SELECT coalesce(json_agg(row_to_json(f) ORDER BY f.position), '[]'), count(*) INTO changes, v_count
    FROM (
      SELECT seen.*, t.name AS tenant_name FROM (
        (SELECT o.* FROM secret_changes o
         WHERE o.tenant_id = p_tenant AND o.position > p_after AND o.position <= upto
           AND (o.visibility <> 'private' OR p_administers OR p_user IN (o.created_by, o.former_owner))
         ORDER BY o.position LIMIT p_limit)
        UNION ALL
        (SELECT g.* FROM secret_changes g
         WHERE g.visibility = 'global' AND g.tenant_id <> p_tenant AND g.position > p_after AND g.position <= upto
         ORDER BY g.position LIMIT p_limit)
      ) AS seen JOIN tenants t ON t.id = seen.tenant_id
      ORDER BY seen.position LIMIT p_limit
    ) AS f;
    -- Asked last: rows that were deleted meanwhile, together with this one, may have been missed above.
    known := EXISTS (SELECT FROM secret_changes c WHERE c.position = p_after AND c.mark = p_mark);
  END IF;

  more := v_count = p_limit OR v_numbered = v_most;
  IF v_count = p_limit THEN
    upto := changes -> -1 ->> 'position';
    upto_mark := changes -> -1 ->> 'mark';
  END IF;
  RETURN NEXT;
END
$function$;
ALTER FUNCTION read_secret_changes(uuid,uuid,boolean,bigint,uuid,integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION read_secret_changes(uuid,uuid,boolean,bigint,uuid,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_secret_changes(uuid,uuid,boolean,bigint,uuid,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_secret_version(p_tenant uuid, p_key text, p_version integer, p_at timestamp with time zone, p_user uuid, p_administers boolean, p_event json, p_if_match text[], p_if_none_match text[])
 RETURNS TABLE(outcome text, is_masked boolean, destroyed_at timestamp with time zone, creator_name text, secret secrets)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_id      uuid;
  v_version record;
  v_found   record;
  v_number  integer := p_version;
  v_tag     text;
  v_detail  json;
BEGIN
  SELECT s.outcome, s.id INTO outcome, v_id FROM versioned_secret(p_tenant, p_key, p_user, p_administers) s;
  is_masked := false;

  IF outcome = 'ok' AND p_event IS NOT NULL THEN
    SELECT s AS secret, u.username AS owner_name INTO v_found
    FROM secrets s JOIN users u ON u.id = s.created_by
    WHERE s.tenant_id = p_tenant AND s.id = v_id AND secret_has_expired(s.expires_at);
    IF FOUND THEN
      outcome := 'expired';
      secret := blank_secret(v_found.secret, true);
      creator_name := v_found.owner_name;
    END IF;
  END IF;

  IF outcome = 'ok' THEN
    -- The newest that is old enough is found first, and only then its rights are looked at. A secret that has moved in the
    -- meantime is not read, since its versions open only under its new key; one statement sees both or neither.
    SELECT v.*, s AS secret, u.username AS owner_name INTO v_version
    FROM secrets s JOIN users u ON u.id = s.created_by
    CROSS JOIN LATERAL versions_of_secret(p_tenant, s.id, p_user, p_administers) v
    WHERE s.tenant_id = p_tenant AND s.id = v_id AND s.key = p_key COLLATE "C"
      AND (p_version IS NULL OR v.version = p_version) AND (p_at IS NULL OR v.created_at <= p_at)
    ORDER BY v.version DESC LIMIT 1;
    IF NOT FOUND OR NOT v_version.is_visible THEN
      outcome := 'no_version';
    ELSE
      v_number := v_version.version;
      destroyed_at := v_version.destroyed_at;
      outcome := CASE WHEN destroyed_at IS NULL THEN 'ok' ELSE 'destroyed' END;
    END IF;
  END IF;

  IF outcome = 'ok' THEN
    secret := v_version.secret;
    creator_name := v_version.owner_name;
    is_masked := v_version.is_masked;
    v_tag := concat_ws('.', secret.id, secret.revision, secret.mark);
    IF NOT p_if_match && ARRAY['*', v_tag] THEN
      outcome := 'precondition_failed';
    ELSIF p_if_none_match && ARRAY['*', v_tag || CASE WHEN is_masked THEN '.masked' ELSE '' END] THEN
      outcome := 'not_modified';
    END IF;
    secret.version := v_version.version;
    secret.value := CASE WHEN outcome = 'ok' AND NOT is_masked THEN v_version.value END;
    secret.provider_options := NULL;
  END IF;
  RETURN NEXT;

  IF p_event IS NOT NULL THEN
    v_detail := p_event -> 'detail';
    IF outcome = 'ok' AND is_masked THEN
      v_detail := (coalesce(nullif(v_detail::jsonb, 'null'), '{}') || '{"without_value": "hidden"}')::json;
    END IF;
    PERFORM record_events(ARRAY[ROW(
      p_tenant, p_event ->> 'id', p_event ->> 'action', p_key, v_id, v_number, secret.revision,
      CASE outcome WHEN 'no_version' THEN 'not_found' WHEN 'destroyed' THEN 'gone' WHEN 'foreign' THEN 'forbidden'
        ELSE outcome END,
      p_event -> 'caller', v_detail
    )::audit_entry]);
  END IF;
END
$function$;
REVOKE ALL ON FUNCTION read_secret_version(uuid,text,integer,timestamp with time zone,uuid,boolean,json,text[],text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_secret_version(uuid,text,integer,timestamp with time zone,uuid,boolean,json,text[],text[]) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_secrets(p_tenants uuid[], p_keys text[], p_events uuid[], p_actions text[], p_callers json[], p_details json[], p_users uuid[], p_administrators boolean[])
 RETURNS TABLE(ordinal integer, outcome text, tenant_name text, creator_name text, secret secrets)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  r         record;
  v_outcome text;
  v_foreign boolean;
  v_masked  boolean;
  v_detail  jsonb;
  v_tag     text;
  v_entries audit_entry[] := '{}';
BEGIN
  FOR r IN
    SELECT a.*, s.secret, t.name AS tenant_name, u.username AS creator_name
    FROM unnest(p_tenants, p_keys, p_events, p_actions, p_callers, p_details, p_users, p_administrators)
      WITH ORDINALITY AS a (reader_id, key, event_id, action, caller, detail, user_id, administers, ordinal)
    LEFT JOIN LATERAL (
      SELECT candidates.secret FROM (
        SELECT o AS secret, 1 AS rank FROM secrets o WHERE o.tenant_id = a.reader_id AND o.key = a.key COLLATE "C"
          AND (o.visibility <> 'private' OR o.created_by = a.user_id OR a.administers)
        UNION ALL
        SELECT g, 2 FROM secrets g WHERE g.visibility = 'global' AND g.key = a.key COLLATE "C"
          AND g.tenant_id <> a.reader_id
      ) candidates ORDER BY candidates.rank LIMIT 1
    ) s ON true
    LEFT JOIN users u ON u.id = (s.secret).created_by
    LEFT JOIN tenants t ON t.id = (s.secret).tenant_id
  LOOP
    ordinal := r.ordinal;
    tenant_name := r.tenant_name;
    creator_name := r.creator_name;
    secret := r.secret;
    v_outcome := CASE
      WHEN secret.id IS NULL THEN 'not_found' WHEN secret_has_expired(secret.expires_at) THEN 'expired' ELSE 'ok'
    END;
    v_foreign := coalesce(secret.tenant_id <> r.reader_id, false);
    v_masked := false;

    IF (secret.is_hidden_value OR secret.provider_options IS NOT NULL) AND secret.created_by <> r.user_id
       AND NOT (CASE WHEN v_foreign THEN user_may(r.user_id, secret.tenant_id, 'administrators') ELSE r.administers END)
    THEN
      secret := blank_secret(secret, secret.is_hidden_value);
      v_masked := true;
    END IF;

    IF r.detail IS NOT NULL THEN
      v_detail := r.detail;
      v_tag := concat_ws('.', secret.id, secret.revision, secret.mark);
      IF v_outcome <> 'ok' THEN
        NULL;
      ELSIF v_detail ? 'needs_value' AND secret.value IS NULL THEN
        v_outcome := 'forbidden';
      ELSIF NOT v_detail -> 'if_match' ?| ARRAY['*', v_tag] THEN
        v_outcome := 'precondition_failed';
      ELSIF v_detail -> 'if_none_match' ?| ARRAY['*', v_tag || CASE WHEN v_masked THEN '.masked' ELSE '' END] THEN
        v_outcome := 'not_modified';
      ELSIF v_detail ? 'copied_to' AND (
        EXISTS (
          SELECT FROM secrets o WHERE o.tenant_id = (v_detail #>> '{copied_to,tenant_id}')::uuid
            AND o.key = (v_detail #>> '{copied_to,key}') COLLATE "C"
        ) OR EXISTS (
          SELECT FROM secrets g WHERE g.visibility = 'global' AND g.key = (v_detail #>> '{copied_to,key}') COLLATE "C"
        )
      ) THEN
        v_outcome := 'conflict';
      END IF;
      r.detail := nullif(v_detail - ARRAY['if_match', 'if_none_match', 'needs_value', 'copied_to'], '{}');
    END IF;
    IF v_outcome = 'ok' AND secret.value IS NULL THEN
      r.detail := coalesce(r.detail::jsonb, '{}') || '{"without_value": "hidden"}';
    END IF;
    outcome := v_outcome;
    IF v_outcome = 'expired' THEN
      outcome := 'precondition_failed';
      secret := blank_secret(secret, true);
    END IF;
    RETURN NEXT;

    IF v_foreign THEN
      r.caller := json_build_object(
        'actor_id', r.caller -> 'actor_id', 'actor_name', NULL, 'method', r.caller -> 'method',
        'request_id', r.caller -> 'request_id', 'address', NULL
      );
      r.detail := coalesce(r.detail::jsonb, '{}') || jsonb_build_object('reader_tenant', r.reader_id);
    END IF;
    v_entries := v_entries || ROW(
      coalesce(secret.tenant_id, r.reader_id), r.event_id, r.action, r.key, secret.id, secret.version, secret.revision,
      v_outcome, r.caller, r.detail
    )::audit_entry;
  END LOOP;

  PERFORM record_events(v_entries);
END
$function$;
ALTER FUNCTION read_secrets(uuid[],text[],uuid[],text[],json[],json[],uuid[],boolean[]) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION read_secrets(uuid[],text[],uuid[],text[],json[],json[],uuid[],boolean[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_secrets(uuid[],text[],uuid[],text[],json[],json[],uuid[],boolean[]) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.read_secrets_in_bulk(p_tenant uuid, p_user uuid, p_administers boolean, p_keys text[], p_prefix text, p_labels jsonb, p_after text, p_size integer, p_bytes bigint, p_whole boolean, p_action text, p_caller json, p_selection json)
 RETURNS TABLE(ordinal integer, key text, outcome text, tenant_name text, creator_name text, secret secrets)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
DECLARE
  v_keys       text[];
  v_more       boolean;
  v_count      integer;
  v_ids        uuid[];
  v_outcomes   text[];
  v_tenants    text[];
  v_creators   text[];
  v_secrets    secrets[];
  v_is_unfit   boolean;
  v_is_refused boolean := false;
  v_entries    audit_entry[] := '{}';
BEGIN
  SELECT coalesce(array_agg(k.key ORDER BY k.place) FILTER (WHERE k.fits), '{}'), coalesce(bool_or(NOT k.fits), false)
  INTO v_keys, v_more
  FROM bulk_secret_keys(p_tenant, p_user, p_administers, p_keys, p_prefix, p_labels, p_after, p_size, p_bytes) AS k;
  IF v_more THEN
    ordinal := 0;
    outcome := 'more';
    RETURN NEXT;
    IF p_whole THEN
      RETURN;
    END IF;
  END IF;
  v_count := cardinality(v_keys);
  v_ids := ARRAY(SELECT new_event_id() FROM generate_series(1, v_count));

  BEGIN
    SELECT array_agg(CASE
                       WHEN secret_has_expired((r.secret).expires_at) THEN 'expired'
                       WHEN r.outcome = 'ok' AND (r.secret).value IS NULL THEN 'hidden'
                       ELSE r.outcome
                     END ORDER BY r.ordinal),
           array_agg(r.tenant_name ORDER BY r.ordinal),
           array_agg(r.creator_name ORDER BY r.ordinal),
           array_agg(r.secret ORDER BY r.ordinal),
           coalesce(bool_or(r.outcome <> 'ok' OR (r.secret).value IS NULL), false)
    INTO v_outcomes, v_tenants, v_creators, v_secrets, v_is_unfit
    FROM read_secrets(
      array_fill(p_tenant, ARRAY[v_count]), v_keys, v_ids, array_fill(p_action, ARRAY[v_count]),
      array_fill(p_caller, ARRAY[v_count]), array_fill(NULL::json, ARRAY[v_count]), array_fill(p_user, ARRAY[v_count]),
      array_fill(p_administers, ARRAY[v_count])
    ) AS r;
    IF p_whole AND v_is_unfit THEN
      -- Takes the events back, which say that the values were given.
      RAISE EXCEPTION USING ERRCODE = 'SRALL', MESSAGE = 'Not every secret can be given';
    END IF;
  EXCEPTION WHEN SQLSTATE 'SRALL' THEN
    v_is_refused := true;
  END;

  FOR i IN 1 .. v_count LOOP
    ordinal := i;
    key := v_keys[i];
    outcome := v_outcomes[i];
    tenant_name := v_tenants[i];
    creator_name := v_creators[i];
    secret := v_secrets[i];
    IF v_is_refused THEN
      v_entries := v_entries || ROW(
        p_tenant, v_ids[i], p_action, key, CASE WHEN secret.tenant_id = p_tenant THEN secret.id END, NULL, NULL,
        CASE outcome WHEN 'ok' THEN 'refused' WHEN 'hidden' THEN 'forbidden' ELSE outcome END, p_caller, NULL
      )::audit_entry;
      secret := NULL;
    END IF;
    RETURN NEXT;
  END LOOP;

  IF p_selection IS NOT NULL THEN
    v_entries := v_entries || ROW(
      p_tenant, p_selection ->> 'id', p_selection ->> 'action', NULL, NULL, NULL, NULL, 'ok', p_selection -> 'caller',
      p_selection -> 'detail'
    )::audit_entry;
  END IF;
  PERFORM record_events(v_entries);
END
$function$;
REVOKE ALL ON FUNCTION read_secrets_in_bulk(uuid,uuid,boolean,text[],text,jsonb,text,integer,bigint,boolean,text,json,json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION read_secrets_in_bulk(uuid,uuid,boolean,text[],text,jsonb,text,integer,bigint,boolean,text,json,json) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.record_events(p_entries audit_entry[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_tenant text := coalesce(current_setting('app.tenant', true), '');
  v_at timestamptz(3) := clock_timestamp();
  v_time text := to_char(v_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
BEGIN
  INSERT INTO audit_events (log_id, id, at, action, actor_id, key, secret_id, revision, outcome, body)
  SELECT set_config('app.tenant', e.log_id::text, true)::uuid, e.id, v_at, e.action, (e.caller->>'actor_id')::uuid,
         k.key, e.secret_id, e.revision, e.outcome,
         json_build_object(
           'id', e.id,
           'time', v_time,
           'tenant_id', nullif(e.log_id, '00000000-0000-0000-0000-000000000000'),
           'action', e.action,
           'key', k.key,
           'secret_id', e.secret_id,
           'version', e.version,
           'revision', e.revision,
           'outcome', e.outcome,
           'caller', e.caller,
           'detail', e.detail
         )::text
  FROM unnest(p_entries) AS e
  CROSS JOIN LATERAL (
    SELECT CASE WHEN e.key LIKE '%ctok-%'
                THEN regexp_replace(e.key, '(ctok-[A-Za-z0-9]{10})-[A-Za-z0-9]+', '\1-********', 'g')
                ELSE e.key END AS key
  ) AS k;
  INSERT INTO audit_pending (log_id, event_id)
  SELECT set_config('app.tenant', e.log_id::text, true)::uuid, e.id FROM unnest(p_entries) AS e;
  PERFORM set_config('app.tenant', v_tenant, true);
END
$function$;
REVOKE ALL ON FUNCTION record_events(audit_entry[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_events(audit_entry[]) TO strongroom_app;
GRANT EXECUTE ON FUNCTION record_events(audit_entry[]) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.record_secret_changes(p_changes secret_change[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  v_tenant text := coalesce(current_setting('app.tenant', true), '');
BEGIN
  INSERT INTO secret_changes_pending (
    tenant_id, secret_id, key, change, version, revision, visibility, created_by, former_owner, mark
  )
  SELECT set_config('app.tenant', c.tenant_id::text, true)::uuid, c.secret_id, c.key, c.change, c.version, c.revision,
         c.visibility, c.created_by, c.former_owner, c.mark
  FROM unnest(p_changes) AS c;
  PERFORM set_config('app.tenant', v_tenant, true);
END
$function$;
REVOKE ALL ON FUNCTION record_secret_changes(secret_change[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_secret_changes(secret_change[]) TO strongroom_app;
GRANT EXECUTE ON FUNCTION record_secret_changes(secret_change[]) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.refresh_secret_statistics()
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '50ms'
AS $function$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_class c, LATERAL (SELECT pg_relation_size(c.oid) / 8192 AS pages) AS present
    WHERE c.oid = 'secrets'::regclass AND present.pages > 0
      AND (c.reltuples < 0 OR present.pages > 4 * greatest(c.relpages, 8))
  ) OR NOT pg_try_advisory_xact_lock(hashtextextended('refresh_secret_statistics', 0)) THEN
    RETURN false;
  END IF;
  ANALYZE secrets;
  ANALYZE secret_versions;
  RETURN true;
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END
$function$;
REVOKE ALL ON FUNCTION refresh_secret_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_secret_statistics() TO strongroom_app;

CREATE OR REPLACE FUNCTION public.release_audit_sink(p_sink text, p_holder uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  UPDATE audit_sinks SET holder = NULL, held_until = NULL WHERE name = p_sink AND holder = p_holder
$function$;
ALTER FUNCTION release_audit_sink(text,uuid) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION release_audit_sink(text,uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION release_audit_sink(text,uuid) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.remove_pruned_events(p_month date, p_days integer, p_least_days integer, p_limit integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_from  uuid := first_event_id(p_month::timestamp AT TIME ZONE 'UTC');
  v_to    uuid := first_event_id((p_month + interval '1 month') AT TIME ZONE 'UTC');
  v_until timestamptz;
  v_log   uuid;
  v_ids   uuid[];
  v_count integer;
BEGIN
  -- The log that needs the partition longest.
  IF to_regclass(to_char(p_month, '"audit_events_"YYYY_MM')) IS NULL THEN
    v_until := '-infinity';
  ELSE
    SELECT min(audit_horizon(g.log_id, p_days, p_least_days)) INTO v_until
    FROM audit_logs g CROSS JOIN LATERAL (
      SELECT FROM audit_leaves l WHERE l.log_id = g.log_id AND l.event_id >= v_from AND l.event_id < v_to LIMIT 1
    ) AS needed;
  END IF;
  SELECT r.log_id INTO v_log FROM audit_removals r
  WHERE r.month = p_month
    AND (v_until = '-infinity' OR audit_horizon(r.log_id, p_days, p_least_days) > v_until)
    AND NOT EXISTS (
      SELECT FROM audit_leaves l WHERE l.log_id = r.log_id AND l.event_id >= v_from AND l.event_id < v_to
    )
  LIMIT 1 FOR UPDATE;
  IF NOT FOUND THEN
    RETURN -1;
  END IF;

  SELECT array_agg(n.id), count(*) INTO v_ids, v_count FROM (
    SELECT e.id FROM audit_events e
    LEFT JOIN LATERAL (
      SELECT true AS is_leaf FROM audit_leaves l WHERE l.log_id = v_log AND l.event_id = e.id OFFSET 0
    ) AS l ON true
    WHERE e.log_id = v_log AND e.id >= v_from AND e.id < v_to AND l.is_leaf IS NULL
      AND e.id NOT IN (SELECT p.event_id FROM audit_pending p WHERE p.log_id = v_log)
      AND NOT EXISTS (SELECT FROM audit_backfill b WHERE b.log_id = v_log AND e.id > b.after_id)
    ORDER BY e.id LIMIT p_limit
  ) AS n;
  DELETE FROM audit_events e WHERE e.log_id = v_log AND e.id >= v_from AND e.id < v_to AND e.id = ANY (v_ids);
  IF v_count < p_limit THEN
    DELETE FROM audit_removals r WHERE r.log_id = v_log AND r.month = p_month;
  END IF;
  RETURN v_count;
END
$function$;
REVOKE ALL ON FUNCTION remove_pruned_events(date,integer,integer,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_pruned_events(date,integer,integer,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.remove_pruned_leaves(p_limit integer)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_log  audit_pruned;
  v_upto bigint;
BEGIN
  SELECT p.* INTO v_log FROM audit_pruned p WHERE p.removed < p.size ORDER BY p.log_id, p.epoch LIMIT 1 FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  v_upto := least(v_log.size, v_log.removed + p_limit);

  WITH deleted AS (
    DELETE FROM audit_leaves l
    WHERE l.log_id = v_log.log_id AND l.epoch = v_log.epoch AND l.leaf_index >= v_log.removed AND l.leaf_index < v_upto
    RETURNING l.event_id
  )
  INSERT INTO audit_removals (log_id, month)
  SELECT DISTINCT v_log.log_id, audit_month(d.event_id) FROM deleted d
  ON CONFLICT DO NOTHING;

  FOR v_level IN 0 .. 52 LOOP
    EXIT WHEN v_upto >> v_level = 0;
    DELETE FROM audit_nodes n
    WHERE n.log_id = v_log.log_id AND n.epoch = v_log.epoch AND n.level = v_level::smallint
      AND n.node_index < v_upto >> v_level
      AND ((v_log.size >> v_level) % 2 = 0 OR n.node_index <> (v_log.size >> v_level) - 1);
  END LOOP;
  DELETE FROM audit_checkpoints c
  WHERE c.log_id = v_log.log_id AND c.epoch = v_log.epoch AND c.size <= v_upto AND c.size < v_log.size;
  UPDATE audit_pruned p SET removed = v_upto WHERE p.log_id = v_log.log_id AND p.epoch = v_log.epoch;
  RETURN true;
END
$function$;
REVOKE ALL ON FUNCTION remove_pruned_leaves(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_pruned_leaves(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.remove_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
 RETURNS TABLE(ordinal integer, outcome text, version integer, revision integer, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  r         record;
  v_seen_by text;
  v_owner   uuid;
  v_entries audit_entry[] := '{}';
  v_changes secret_change[] := '{}';
BEGIN
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, revision integer, mark uuid, event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    SELECT t.version, t.revision, t.created_at, t.deleted_at, t.visibility, t.created_by
    INTO version, revision, created_at, updated_at, v_seen_by, v_owner
    FROM trash_secret(r.tenant_id, r.id, r.revision, r.mark) t;
    outcome := CASE WHEN FOUND THEN 'ok' ELSE 'stale' END;
    IF outcome = 'ok' THEN
      v_changes := v_changes || ROW(
        r.tenant_id, r.id, r.key, 'deleted', version, revision, v_seen_by, v_owner, NULL, r.event ->> 'id'
      )::secret_change;
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, r.id, version, revision, 'ok', r.event -> 'caller',
        r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  PERFORM record_secret_changes(v_changes);
  PERFORM record_events(v_entries);
END
$function$;
REVOKE ALL ON FUNCTION remove_secrets(json,bytea[],bytea[],boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_secrets(json,bytea[],bytea[],boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.reseal_secret_versions(p_tenant uuid, p_secrets uuid[], p_versions integer[], p_generations integer[], p_values bytea[])
 RETURNS integer
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_resealed integer;
BEGIN
  UPDATE secret_versions AS v SET value = n.value, key_generation = n.key_generation
  FROM unnest(p_secrets, p_versions, p_generations, p_values) AS n (secret_id, version, key_generation, value)
  WHERE v.tenant_id = p_tenant AND v.secret_id = n.secret_id AND v.version = n.version AND v.destroyed_at IS NULL;
  GET DIAGNOSTICS v_resealed = ROW_COUNT;
  RETURN v_resealed;
END
$function$;
REVOKE ALL ON FUNCTION reseal_secret_versions(uuid,uuid[],integer[],integer[],bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reseal_secret_versions(uuid,uuid[],integer[],integer[],bytea[]) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.restore_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
 RETURNS TABLE(ordinal integer, outcome text, version integer, revision integer, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  r         record;
  v_entries audit_entry[] := '{}';
  v_changes secret_change[] := '{}';
BEGIN
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, visibility text, created_by uuid, revision integer, mark uuid, author_id uuid,
      owner_id uuid, keeps_options boolean, event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    version := NULL;
    revision := NULL;
    created_at := NULL;
    updated_at := NULL;
    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    outcome := secret_key_claim(r.tenant_id, r.key, r.visibility = 'global', p_wait);

    IF outcome = 'ok' THEN
      PERFORM FROM users u WHERE u.id = coalesce(r.owner_id, r.created_by) AND u.deleted_at IS NULL FOR KEY SHARE;
      IF NOT FOUND THEN
        outcome := CASE WHEN r.owner_id IS NULL THEN 'stale' ELSE 'no_owner' END;
      END IF;
    END IF;
    IF outcome = 'ok' THEN
      SELECT t.outcome, t.version, t.revision, t.created_at, t.updated_at
      INTO outcome, version, revision, created_at, updated_at
      FROM take_from_trash(
        r.tenant_id, r.id, r.revision, r.mark, r.owner_id, r.author_id, (r.event ->> 'id')::uuid,
        r.keeps_options
      ) t;
    END IF;

    IF outcome = 'ok' THEN
      v_changes := v_changes || ROW(
        r.tenant_id, r.id, r.key, 'created', version, revision, r.visibility, coalesce(r.owner_id, r.created_by), NULL,
        r.event ->> 'id'
      )::secret_change;
    END IF;
    IF outcome NOT IN ('busy', 'no_tenant', 'no_owner', 'stale') THEN
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, r.id, version, revision,
        CASE WHEN outcome = 'ok' THEN 'ok' ELSE 'conflict' END, r.event -> 'caller', r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  PERFORM record_secret_changes(v_changes);
  PERFORM record_events(v_entries);
END
$function$;
REVOKE ALL ON FUNCTION restore_secrets(json,bytea[],bytea[],boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION restore_secrets(json,bytea[],bytea[],boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.seal_pending_events(p_after uuid, p_stopped uuid[], p_limit integer)
 RETURNS TABLE(log_id uuid, epoch integer, size bigint, frontier bytea, note text, key_id integer, hashes bytea, is_full boolean, missing integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  v_after uuid := coalesce(p_after, '00000000-0000-0000-0000-000000000000');
  v_logs  uuid[];
  v_share integer;
BEGIN
  IF NOT lock_sequence('audit', false) THEN
    RETURN;
  END IF;
  -- Skips from log to log along the primary key.
  WITH RECURSIVE found (id) AS (
    (SELECT p.log_id FROM audit_pending p
     WHERE (p.log_id, p.id) > (v_after, CASE WHEN p_after IS NULL THEN (-9223372036854775808)::bigint ELSE 9223372036854775807 END)
     ORDER BY p.log_id, p.id LIMIT 1)
    UNION ALL
    SELECT (SELECT p.log_id FROM audit_pending p WHERE p.log_id > f.id ORDER BY p.log_id, p.id LIMIT 1)
    FROM found f WHERE f.id IS NOT NULL
  )
  SELECT array_agg(l.id) INTO v_logs FROM (
    SELECT f.id FROM found f WHERE f.id IS NOT NULL AND f.id <> ALL (p_stopped) LIMIT 500
  ) AS l;
  IF v_logs IS NULL THEN
    PERFORM note_secret_reads('{}');
    RETURN;
  END IF;
  v_share := greatest(p_limit / cardinality(v_logs), 16);
  PERFORM enter_audit_epoch(v_logs, NULL);

  RETURN QUERY
  WITH taken AS MATERIALIZED (
    SELECT o.log_id, o.id, o.event_id, g.epoch, greatest(g.size, last.leaf_index + 1) AS size
    FROM unnest(v_logs) AS log (id)
    JOIN audit_logs g ON g.log_id = log.id
    -- More than the size where the caller is going to find that the log is not what was signed.
    LEFT JOIN LATERAL (
      SELECT l.leaf_index FROM audit_leaves l WHERE l.log_id = g.log_id AND l.epoch = g.epoch
      ORDER BY l.leaf_index DESC LIMIT 1
    ) AS last ON true
    CROSS JOIN LATERAL (
      SELECT p.log_id, p.id, p.event_id FROM audit_pending p WHERE p.log_id = log.id ORDER BY p.id LIMIT v_share
    ) AS o
  ),
  hashed AS MATERIALIZED (
    SELECT t.*, e.hash, l.is_leaf IS NOT NULL AS is_leaf,
           row_number() OVER (PARTITION BY t.log_id, t.event_id ORDER BY t.id) = 1 AS is_first
    FROM taken t
    -- Takes no column, so that the index by event is the cheaper one however small the table was when this was planned.
    LEFT JOIN LATERAL (
      SELECT true AS is_leaf FROM audit_leaves o WHERE o.log_id = t.log_id AND o.event_id = t.event_id OFFSET 0
    ) AS l ON true
    LEFT JOIN LATERAL (
      SELECT sha256('\x00'::bytea || convert_to(a.body, 'UTF8')) AS hash
      FROM audit_events a WHERE l.is_leaf IS NULL AND a.log_id = t.log_id AND a.id = t.event_id OFFSET 0
    ) AS e ON true
  ),
  -- An event is a leaf once, whatever is pending.
  placed AS MATERIALIZED (
    SELECT h.*, n.is_new, count(*) FILTER (WHERE n.is_new) OVER (PARTITION BY h.log_id ORDER BY h.id) - 1 AS place
    FROM hashed h CROSS JOIN LATERAL (SELECT h.is_first AND h.hash IS NOT NULL AS is_new) AS n
  ),
  emptied AS (
    DELETE FROM audit_pending p USING placed t
    WHERE p.log_id = t.log_id AND p.id = t.id AND NOT (t.is_new AND t.place = 0)
  ),
  added AS (
    INSERT INTO audit_leaves (log_id, epoch, leaf_index, event_id, hash)
    SELECT l.log_id, l.epoch, l.size + l.place, l.event_id, l.hash FROM placed l WHERE l.is_new
  ),
  counted AS MATERIALIZED (
    SELECT t.log_id, count(*) AS taken, string_agg(t.hash, ''::bytea ORDER BY t.id) FILTER (WHERE t.is_new) AS hashes,
           (count(*) FILTER (WHERE t.is_first AND NOT t.is_leaf AND t.hash IS NULL))::integer AS missing
    FROM placed t GROUP BY t.log_id
  )
  SELECT g.log_id, g.epoch, g.size, g.frontier, c.note, c.key_id, coalesce(t.hashes, ''), t.taken >= v_share, t.missing
  FROM counted t JOIN audit_logs g ON g.log_id = t.log_id
  LEFT JOIN audit_checkpoints c ON c.log_id = g.log_id AND c.epoch = g.epoch AND c.size = g.size
  ORDER BY g.log_id;
  PERFORM note_secret_reads(v_logs);
END
$function$;
ALTER FUNCTION seal_pending_events(uuid,uuid[],integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION seal_pending_events(uuid,uuid[],integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seal_pending_events(uuid,uuid[],integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.search_secret_keys(p_tenants uuid[], p_administers boolean[], p_user uuid, p_pattern text, p_limit integer, p_global boolean)
 RETURNS TABLE(tenant_ids uuid[], ids uuid[])
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF p_global THEN
    SELECT array_agg(f.tenant_id), array_agg(f.id) INTO tenant_ids, ids FROM (
      SELECT s.tenant_id, s.id FROM secret_keys s
      WHERE s.visibility = 'global' AND s.key ILIKE p_pattern AND s.tenant_id <> ALL (p_tenants) LIMIT p_limit + 1
    ) f;
  ELSE
    SELECT array_agg(f.tenant_id), array_agg(f.id) INTO tenant_ids, ids FROM (
      SELECT o.tenant_id, o.id FROM unnest(p_tenants, p_administers) AS t (id, administers) CROSS JOIN LATERAL (
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE s.tenant_id = t.id AND s.visibility <> 'private' AND s.key ILIKE p_pattern LIMIT p_limit + 1)
        UNION ALL
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE s.tenant_id = t.id AND s.visibility = 'private' AND s.created_by = p_user AND s.key ILIKE p_pattern
         LIMIT p_limit + 1)
        UNION ALL
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE t.administers AND s.tenant_id = t.id AND s.visibility = 'private' AND s.created_by <> p_user
           AND s.key ILIKE p_pattern
         LIMIT p_limit + 1)
      ) o LIMIT p_limit + 1
    ) f;
  END IF;
  IF cardinality(ids) > p_limit THEN
    tenant_ids := NULL;
    ids := NULL;
  ELSE
    tenant_ids := coalesce(tenant_ids, '{}');
    ids := coalesce(ids, '{}');
  END IF;
  RETURN NEXT;
END
$function$;
ALTER FUNCTION search_secret_keys(uuid[],boolean[],uuid,text,integer,boolean) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION search_secret_keys(uuid[],boolean[],uuid,text,integer,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_secret_keys(uuid[],boolean[],uuid,text,integer,boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.search_secret_labels(p_tenants uuid[], p_administers boolean[], p_user uuid, p_labels jsonb[], p_names text[], p_limit integer, p_global boolean)
 RETURNS TABLE(tenant_ids uuid[], ids uuid[])
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF p_global THEN
    SELECT array_agg(f.tenant_id), array_agg(f.id) INTO tenant_ids, ids FROM (
      SELECT DISTINCT o.tenant_id, o.id FROM unnest(p_labels) AS l (wanted) CROSS JOIN LATERAL (
        SELECT s.tenant_id, s.id FROM secret_keys s
        WHERE s.visibility = 'global' AND s.labels <> '{}' AND s.labels @> l.wanted AND s.labels ?& p_names
          AND s.tenant_id <> ALL (p_tenants)
        LIMIT p_limit + 1
      ) o LIMIT p_limit + 1
    ) f;
  ELSE
    SELECT array_agg(f.tenant_id), array_agg(f.id) INTO tenant_ids, ids FROM (
      SELECT DISTINCT o.tenant_id, o.id
      FROM unnest(p_tenants, p_administers) AS t (id, administers) CROSS JOIN unnest(p_labels) AS l (wanted)
      CROSS JOIN LATERAL (
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE s.tenant_id = t.id AND s.visibility <> 'private' AND s.labels <> '{}' AND s.labels @> l.wanted
           AND s.labels ?& p_names
         LIMIT p_limit + 1)
        UNION ALL
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE s.tenant_id = t.id AND s.visibility = 'private' AND s.created_by = p_user AND s.labels <> '{}'
           AND s.labels @> l.wanted AND s.labels ?& p_names
         LIMIT p_limit + 1)
        UNION ALL
        (SELECT s.tenant_id, s.id FROM secret_keys s
         WHERE t.administers AND s.tenant_id = t.id AND s.visibility = 'private' AND s.created_by <> p_user
           AND s.labels <> '{}' AND s.labels @> l.wanted AND s.labels ?& p_names
         LIMIT p_limit + 1)
      ) o LIMIT p_limit + 1
    ) f;
  END IF;
  IF cardinality(ids) > p_limit THEN
    tenant_ids := NULL;
    ids := NULL;
  ELSE
    tenant_ids := coalesce(tenant_ids, '{}');
    ids := coalesce(ids, '{}');
  END IF;
  RETURN NEXT;
END
$function$;
ALTER FUNCTION search_secret_labels(uuid[],boolean[],uuid,jsonb[],text[],integer,boolean) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION search_secret_labels(uuid[],boolean[],uuid,jsonb[],text[],integer,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_secret_labels(uuid[],boolean[],uuid,jsonb[],text[],integer,boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.secret_has_expired(p_expires_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT p_expires_at <= now()
$function$;
REVOKE ALL ON FUNCTION secret_has_expired(timestamp with time zone) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_has_expired(timestamp with time zone) TO strongroom_app;
GRANT EXECUTE ON FUNCTION secret_has_expired(timestamp with time zone) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.secret_key_bucket(p_key text)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$
  SELECT hashtextextended('secret key bucket ' || (hashtextextended(p_key COLLATE "C", 0) & 1023), 0)
$function$;
REVOKE ALL ON FUNCTION secret_key_bucket(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_key_bucket(text) TO strongroom_app;
GRANT EXECUTE ON FUNCTION secret_key_bucket(text) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.secret_key_claim(p_tenant uuid, p_key text, p_global boolean, p_wait boolean)
 RETURNS text
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
BEGIN
  IF NOT p_wait THEN
    PERFORM FROM tenants t WHERE t.id = p_tenant AND t.deleted_at IS NULL FOR KEY SHARE SKIP LOCKED;
    IF NOT FOUND OR p_global OR NOT pg_try_advisory_xact_lock_shared(secret_key_bucket(p_key)) THEN
      RETURN 'busy';
    END IF;
  ELSE
    PERFORM FROM tenants t WHERE t.id = p_tenant AND t.deleted_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
      RETURN 'no_tenant';
    END IF;
    PERFORM lock_secret_keys(ARRAY[p_key], ARRAY[p_global]);
  END IF;

  IF EXISTS (
    SELECT FROM secrets s WHERE s.visibility = 'global' AND s.key = p_key COLLATE "C" AND s.tenant_id <> p_tenant
  ) THEN
    RETURN 'global_elsewhere';
  END IF;
  IF p_global AND secret_key_elsewhere(p_tenant, p_key) THEN
    RETURN 'key_elsewhere';
  END IF;
  RETURN 'ok';
END
$function$;
REVOKE ALL ON FUNCTION secret_key_claim(uuid,text,boolean,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_key_claim(uuid,text,boolean,boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.secret_key_elsewhere(p_tenant uuid, p_key text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT EXISTS (
    SELECT FROM tenants t JOIN secrets s ON s.tenant_id = t.id AND s.key = p_key COLLATE "C" WHERE t.id <> p_tenant
  )
$function$;
ALTER FUNCTION secret_key_elsewhere(uuid,text) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION secret_key_elsewhere(uuid,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_key_elsewhere(uuid,text) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.secret_reads_known_until(p_tenant uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT least(
    (SELECT e.at FROM (SELECT p.event_id FROM audit_pending p WHERE p.log_id = p_tenant ORDER BY p.id LIMIT 1) AS o
     JOIN audit_events e ON e.log_id = p_tenant AND e.id = o.event_id),
    (SELECT p.read_at FROM secret_reads_pending p WHERE p.tenant_id = p_tenant ORDER BY p.id LIMIT 1)
  )
$function$;
ALTER FUNCTION secret_reads_known_until(uuid) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION secret_reads_known_until(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_reads_known_until(uuid) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.secret_version_limit(p_tenant uuid, p_max integer)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$
  SELECT least(
    greatest(coalesce(p_max, s.max_versions, 20), coalesce(s.max_versions_lower_bound, 1)),
    coalesce(s.max_versions_upper_bound, 100)
  )
  FROM (VALUES (p_tenant)) AS t (id) LEFT JOIN tenant_settings s ON s.tenant_id = t.id
$function$;
REVOKE ALL ON FUNCTION secret_version_limit(uuid,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_version_limit(uuid,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.sequence_secret_changes(p_limit integer, p_wait boolean)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_last  bigint;
  v_count integer;
BEGIN
  IF NOT EXISTS (SELECT FROM secret_changes_pending) OR NOT lock_sequence('secret_changes', p_wait) THEN
    RETURN 0;
  END IF;
  SELECT coalesce(max(c.position), 0) INTO v_last FROM secret_changes c;
  WITH taken AS (
    DELETE FROM secret_changes_pending p
    WHERE p.id <= (
      SELECT max(oldest.id) FROM (SELECT o.id FROM secret_changes_pending o ORDER BY o.id LIMIT p_limit) AS oldest
    )
    RETURNING p.*
  )
  INSERT INTO secret_changes (
    tenant_id, position, secret_id, key, change, version, revision, visibility, created_by, former_owner, mark, changed_at
  )
  SELECT t.tenant_id, v_last + row_number() OVER (ORDER BY t.id), t.secret_id, t.key, t.change, t.version, t.revision,
         t.visibility, t.created_by, t.former_owner, t.mark, t.changed_at
  FROM taken t;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$function$;
ALTER FUNCTION sequence_secret_changes(integer,boolean) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION sequence_secret_changes(integer,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sequence_secret_changes(integer,boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.store_sealed_logs(p_key integer, p_logs uuid[], p_sizes bigint[], p_frontiers bytea[], p_roots bytea[], p_notes text[], p_node_logs uuid[], p_node_levels smallint[], p_node_indexes bigint[], p_node_hashes bytea[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_now timestamptz(3) := clock_timestamp();
BEGIN
  IF EXISTS (
    SELECT FROM unnest(p_logs, p_sizes) AS s (log_id, size) LEFT JOIN audit_logs g ON g.log_id = s.log_id
    WHERE s.size > g.size IS NOT TRUE OR s.size IS DISTINCT FROM 1 + (
      SELECT l.leaf_index FROM audit_leaves l WHERE l.log_id = g.log_id AND l.epoch = g.epoch
      ORDER BY l.leaf_index DESC LIMIT 1
    )
  ) THEN
    RAISE invalid_parameter_value USING MESSAGE = 'the size of a tree is not the number of the leaves of its log';
  END IF;
  DELETE FROM audit_checkpoints c USING audit_logs g
  WHERE g.log_id = ANY (p_logs) AND c.log_id = g.log_id AND c.epoch = g.epoch AND c.size = g.size
    AND c.signed_at > v_now - interval '1 second';

  IF EXISTS (SELECT FROM audit_sinks) THEN
    INSERT INTO audit_batches (log_id, epoch, first_index, events)
    SELECT g.log_id, g.epoch, g.size, s.size - g.size
    FROM unnest(p_logs, p_sizes) AS s (log_id, size) JOIN audit_logs g ON g.log_id = s.log_id;
  END IF;

  -- What seal_pending_events left there to be visited; a row that comes before it by now is looked at once more.
  DELETE FROM audit_pending p USING unnest(p_logs) AS s (log_id)
  WHERE p.log_id = s.log_id
    AND p.id = (SELECT o.id FROM audit_pending o WHERE o.log_id = s.log_id ORDER BY o.id LIMIT 1)
    AND EXISTS (SELECT FROM audit_leaves l WHERE l.log_id = p.log_id AND l.event_id = p.event_id);

  UPDATE audit_logs g SET size = s.size, frontier = s.frontier, sealed_at = v_now, is_announced = false
  FROM unnest(p_logs, p_sizes, p_frontiers) AS s (log_id, size, frontier) WHERE g.log_id = s.log_id;

  INSERT INTO audit_checkpoints (log_id, epoch, size, root, key_id, signed_at, note)
  SELECT g.log_id, g.epoch, g.size, s.root, p_key, v_now, s.note
  FROM unnest(p_logs, p_roots, p_notes) AS s (log_id, root, note) JOIN audit_logs g ON g.log_id = s.log_id;

  INSERT INTO audit_nodes (log_id, epoch, level, node_index, hash)
  SELECT g.log_id, g.epoch, n.level, n.node_index, n.hash
  FROM unnest(p_node_logs, p_node_levels, p_node_indexes, p_node_hashes) AS n (log_id, level, node_index, hash)
  JOIN audit_logs g ON g.log_id = n.log_id;

  INSERT INTO audit_log_keys (log_id, epoch, key_id, from_size)
  SELECT g.log_id, g.epoch, p_key,
         CASE WHEN EXISTS (SELECT FROM audit_log_keys o WHERE o.log_id = g.log_id AND o.epoch = g.epoch) THEN g.size ELSE 0 END
  FROM audit_logs g
  WHERE g.log_id = ANY (p_logs)
    AND NOT EXISTS (SELECT FROM audit_log_keys k WHERE k.log_id = g.log_id AND k.epoch = g.epoch AND k.key_id = p_key);
END
$function$;
ALTER FUNCTION store_sealed_logs(integer,uuid[],bigint[],bytea[],bytea[],text[],uuid[],smallint[],bigint[],bytea[]) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION store_sealed_logs(integer,uuid[],bigint[],bytea[],bytea[],text[],uuid[],smallint[],bigint[],bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store_sealed_logs(integer,uuid[],bigint[],bytea[],bytea[],text[],uuid[],smallint[],bigint[],bytea[]) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.sweep_audit_batches(p_limit integer)
 RETURNS TABLE(removed integer, forgotten text[], overdue text[])
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
BEGIN
  WITH gone AS (
    DELETE FROM audit_sinks s WHERE s.configured_at < clock_timestamp() - make_interval(days => s.wait_days) RETURNING s.name
  )
  SELECT coalesce(array_agg(g.name ORDER BY g.name), '{}') INTO forgotten FROM gone g;
  DELETE FROM audit_batches b USING (
    SELECT d.position FROM audit_batches d
    WHERE d.position <= coalesce((SELECT min(s.position) FROM audit_sinks s), 9223372036854775807)
      AND NOT EXISTS (SELECT FROM audit_sinks s WHERE s.position = d.position AND s.part < d.events)
    ORDER BY d.position LIMIT p_limit
  ) AS old
  WHERE b.position = old.position;
  GET DIAGNOSTICS removed = ROW_COUNT;
  SELECT coalesce(array_agg(s.name ORDER BY s.name), '{}') INTO overdue
  FROM audit_sinks s CROSS JOIN LATERAL (
    SELECT b.sealed_at FROM audit_batches b
    WHERE b.position >= s.position AND NOT (b.position = s.position AND b.events <= s.part) ORDER BY b.position LIMIT 1
  ) AS next
  WHERE next.sealed_at < clock_timestamp() - make_interval(days => s.wait_days);
  RETURN NEXT;
END
$function$;
ALTER FUNCTION sweep_audit_batches(integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION sweep_audit_batches(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_audit_batches(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.sweep_login_failures(p_limit integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_row record;
  v_deleted integer := 0;
BEGIN
  FOR v_row IN
    DELETE FROM login_failures f USING (
      SELECT name_key, source FROM login_failures WHERE expires_at <= now()
      ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    ) old
    WHERE f.name_key = old.name_key AND f.source = old.source
    RETURNING f.source, f.refused
  LOOP
    v_deleted := v_deleted + 1;
    CONTINUE WHEN v_row.refused = 0;
    PERFORM record_events(ARRAY[ROW(
      '00000000-0000-0000-0000-000000000000', new_event_id(), 'login.refused', NULL, NULL, NULL, NULL, 'refused',
      json_build_object('address', v_row.source), json_build_object('count', v_row.refused)
    )::audit_entry]);
  END LOOP;
  RETURN v_deleted;
END
$function$;
REVOKE ALL ON FUNCTION sweep_login_failures(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_login_failures(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.sweep_secret_changes(p_limit integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_young bigint;
  v_keep  bigint;
  v_count integer;
BEGIN
  SELECT min(o.position) FILTER (WHERE o.changed_at >= now() - interval '7 days'), max(o.position)
  INTO v_young, v_keep
  FROM (SELECT c.position, c.changed_at FROM secret_changes c ORDER BY c.position LIMIT p_limit + 1) AS o;
  SELECT max(c.position) INTO v_keep FROM secret_changes c WHERE c.position <= v_keep AND c.position < coalesce(v_young, v_keep + 1);
  DELETE FROM secret_changes c WHERE c.position < v_keep;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$function$;
ALTER FUNCTION sweep_secret_changes(integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION sweep_secret_changes(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_secret_changes(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.sweep_trash(p_after uuid, p_days integer, p_least_days integer, p_most_days integer, p_entries integer, p_bytes bigint, p_limit integer)
 RETURNS TABLE(tenant_id uuid, purged integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  r         record;
  v_tenant  record;
  v_entries audit_entry[] := '{}';
BEGIN
  SELECT t.id, t.deleted_at IS NOT NULL AS is_deleted,
         now() - make_interval(days => least(greatest(coalesce(g.trash_days, p_days), p_least_days), p_most_days)) AS since
  INTO v_tenant
  FROM (
    SELECT s.tenant_id AS id FROM secrets s
    WHERE s.deleted_at IS NOT NULL AND s.tenant_id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY s.tenant_id LIMIT 1
  ) f
  JOIN tenants t ON t.id = f.id LEFT JOIN tenant_settings g ON g.tenant_id = f.id;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  FOR r IN
    WITH kept AS (
      SELECT s.id, s.deleted_at, row_number() OVER newest AS entries,
             sum(octet_length(s.value) + coalesce(octet_length(s.provider_options), 0)
               + coalesce(pg_column_size(s.schema), 0) + coalesce(v.bytes, 0)) OVER newest AS bytes
      FROM secrets s CROSS JOIN LATERAL (
        SELECT sum(octet_length(v.value)) AS bytes FROM secret_versions v
        WHERE v.tenant_id = s.tenant_id AND v.secret_id = s.id
      ) v
      WHERE s.tenant_id = v_tenant.id AND s.deleted_at IS NOT NULL
      WINDOW newest AS (ORDER BY s.deleted_at DESC, s.id DESC)
    ), overdue AS (
      SELECT k.id, CASE WHEN v_tenant.is_deleted THEN 'tenant' WHEN k.deleted_at <= v_tenant.since THEN 'age'
                        WHEN k.entries > p_entries THEN 'entries' ELSE 'bytes' END AS reason
      FROM kept k
      WHERE v_tenant.is_deleted OR k.deleted_at <= v_tenant.since OR k.entries > p_entries OR k.bytes > p_bytes
      ORDER BY k.deleted_at, k.id LIMIT p_limit
    ), locked AS MATERIALIZED (
      SELECT s.id, o.reason FROM secrets s JOIN overdue o ON o.id = s.id
      WHERE s.tenant_id = v_tenant.id AND s.deleted_at IS NOT NULL FOR UPDATE OF s SKIP LOCKED
    )
    DELETE FROM secrets s USING locked l WHERE s.tenant_id = v_tenant.id AND s.id = l.id
    RETURNING s.id, s.key, s.version, s.revision, l.reason
  LOOP
    v_entries := v_entries || ROW(
      v_tenant.id, new_event_id(), 'secret.purge', r.key, r.id, r.version, r.revision, 'ok',
      json_build_object('actor_id', NULL, 'actor_name', NULL, 'method', 'system', 'request_id', NULL, 'address', NULL),
      json_build_object('reason', r.reason)
    )::audit_entry;
  END LOOP;

  PERFORM record_events(v_entries);
  tenant_id := v_tenant.id;
  purged := cardinality(v_entries);
  RETURN NEXT;
END
$function$;
REVOKE ALL ON FUNCTION sweep_trash(uuid,integer,integer,integer,integer,bigint,integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_trash(uuid,integer,integer,integer,integer,bigint,integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.take_back_unsigned_leaves(p_logs uuid[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
  WITH taken AS (
    DELETE FROM audit_leaves l USING audit_logs g
    WHERE g.log_id = ANY (p_logs) AND l.log_id = g.log_id AND l.epoch = g.epoch AND l.leaf_index >= g.size
      AND NOT EXISTS (
        SELECT FROM audit_checkpoints c WHERE c.log_id = l.log_id AND c.epoch = l.epoch AND c.size > l.leaf_index
      )
    RETURNING l.log_id, l.leaf_index, l.event_id
  )
  INSERT INTO audit_pending (log_id, id, event_id)
  SELECT t.log_id,
         least((SELECT p.id FROM audit_pending p WHERE p.log_id = t.log_id ORDER BY p.id LIMIT 1), 1)
           - row_number() OVER (PARTITION BY t.log_id ORDER BY t.leaf_index DESC),
         t.event_id
  FROM taken t
$function$;
REVOKE ALL ON FUNCTION take_back_unsigned_leaves(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_back_unsigned_leaves(uuid[]) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.take_from_trash(p_tenant uuid, p_id uuid, p_revision integer, p_mark uuid, p_owner uuid, p_author uuid, p_new_mark uuid, p_keeps_options boolean)
 RETURNS TABLE(outcome text, version integer, revision integer, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
BEGIN
  UPDATE secrets AS s SET
    deleted_at = NULL,
    created_by = coalesce(p_owner, s.created_by),
    version_owner_id = coalesce(s.version_owner_id, nullif(s.created_by, coalesce(p_owner, s.created_by))),
    provider_options = CASE WHEN p_owner IS NULL OR p_keeps_options THEN s.provider_options END,
    provider_options_generation = CASE WHEN p_owner IS NULL OR p_keeps_options THEN s.provider_options_generation END,
    updated_at = greatest(clock_timestamp(), s.updated_at),
    updated_by = p_author,
    revision = s.revision + 1,
    mark = p_new_mark
  WHERE s.tenant_id = p_tenant AND s.id = p_id AND s.deleted_at IS NOT NULL
    AND s.revision = p_revision AND s.mark = p_mark
  RETURNING s.version, s.revision, s.created_at, s.updated_at INTO version, revision, created_at, updated_at;
  outcome := CASE WHEN FOUND THEN 'ok' ELSE 'stale' END;
  RETURN NEXT;
EXCEPTION WHEN unique_violation THEN
  outcome := 'exists';
  RETURN NEXT;
END
$function$;
REVOKE ALL ON FUNCTION take_from_trash(uuid,uuid,integer,uuid,uuid,uuid,uuid,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_from_trash(uuid,uuid,integer,uuid,uuid,uuid,uuid,boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.thin_audit_checkpoints(p_limit integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
DECLARE
  v_hour  timestamptz := date_trunc('hour', clock_timestamp(), 'UTC');
  v_day   timestamptz := date_trunc('day', clock_timestamp(), 'UTC') - interval '30 days';
  v_count integer;
BEGIN
  WITH due AS MATERIALIZED (
    (SELECT c.log_id, c.epoch, c.size, c.signed_at, 1 AS keep, 'hour' AS period FROM audit_checkpoints c
     WHERE c.kept = 0 AND c.signed_at < v_hour ORDER BY c.kept, c.signed_at LIMIT p_limit)
    UNION ALL
    (SELECT c.log_id, c.epoch, c.size, c.signed_at, 2, 'day' FROM audit_checkpoints c
     WHERE c.kept = 1 AND c.signed_at < v_day ORDER BY c.kept, c.signed_at LIMIT p_limit)
  ),
  -- One that the next one follows in the same period is not needed.
  judged AS MATERIALIZED (
    SELECT d.*, coalesce((
      SELECT n.signed_at FROM audit_checkpoints n WHERE n.log_id = d.log_id AND n.epoch = d.epoch AND n.size > d.size
      ORDER BY n.size LIMIT 1
    ) < date_trunc(d.period, d.signed_at, 'UTC') + ('1 ' || d.period)::interval, false)
    AND NOT EXISTS (
      SELECT FROM audit_pruned p WHERE p.log_id = d.log_id AND p.epoch = d.epoch AND p.size = d.size
    ) AS is_superseded
    FROM due d
  ),
  deleted AS (
    DELETE FROM audit_checkpoints c USING judged j
    WHERE j.is_superseded AND c.log_id = j.log_id AND c.epoch = j.epoch AND c.size = j.size
  ),
  marked AS (
    UPDATE audit_checkpoints c SET kept = j.keep FROM judged j
    WHERE NOT j.is_superseded AND c.log_id = j.log_id AND c.epoch = j.epoch AND c.size = j.size
  )
  SELECT count(*) INTO v_count FROM due;
  RETURN v_count;
END
$function$;
ALTER FUNCTION thin_audit_checkpoints(integer) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION thin_audit_checkpoints(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION thin_audit_checkpoints(integer) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.trash_secret(p_tenant uuid, p_id uuid, p_revision integer, p_mark uuid)
 RETURNS TABLE(version integer, revision integer, created_at timestamp with time zone, deleted_at timestamp with time zone, visibility text, created_by uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE secrets AS s SET deleted_at = clock_timestamp()
  WHERE s.tenant_id = p_tenant AND s.id = p_id AND s.deleted_at IS NULL
    AND s.revision = p_revision AND s.mark = coalesce(p_mark, s.mark)
  RETURNING s.version, s.revision, s.created_at, s.deleted_at, s.visibility, s.created_by;
END
$function$;
REVOKE ALL ON FUNCTION trash_secret(uuid,uuid,integer,uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trash_secret(uuid,uuid,integer,uuid) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.unlock_login(p_name_key bytea)
 RETURNS void
 LANGUAGE sql
AS $function$
  WITH held AS (
    SELECT source FROM login_failures WHERE name_key = p_name_key ORDER BY source = '*', source FOR UPDATE
  )
  UPDATE login_failures f SET failures = 0, locks = 0, locked_at = NULL, locked_until = NULL
  FROM held WHERE f.name_key = p_name_key AND f.source = held.source
$function$;
REVOKE ALL ON FUNCTION unlock_login(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unlock_login(bytea) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.update_secrets(p_secrets json, p_values bytea[], p_options bytea[], p_wait boolean)
 RETURNS TABLE(ordinal integer, outcome text, version integer, revision integer, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
  r              record;
  v_value        bytea;
  v_version      boolean;
  v_owner        uuid;
  v_former_owner uuid;
  v_max_versions integer;
  v_entries      audit_entry[] := '{}';
  v_changes      secret_change[] := '{}';
BEGIN
  IF cardinality(p_values) <> json_array_length(p_secrets) OR cardinality(p_options) <> json_array_length(p_secrets) THEN
    RAISE EXCEPTION 'Every record needs a value and options, or nulls';
  END IF;
  IF NOT p_wait THEN
    PERFORM set_config('lock_timeout', '50ms', true);
  END IF;

  FOR r IN
    SELECT * FROM ROWS FROM (json_to_recordset(p_secrets) AS (
      tenant_id uuid, id uuid, key text, revision integer, mark uuid, visibility text, is_hidden_value boolean,
      description text, key_generation integer, provider_options_generation integer, expires_at timestamptz, labels jsonb,
      created_at timestamptz, updated_at timestamptz, author_id uuid, owner_id uuid, widens boolean,
      replaces_options boolean, replaces_expiry boolean, new_key text, max_versions integer, sets_max_versions boolean,
      event json
    )) WITH ORDINALITY AS record ORDER BY record.tenant_id, record.key COLLATE "C"
  LOOP
    ordinal := r.ordinality;
    outcome := 'ok';
    version := NULL;
    revision := NULL;
    created_at := NULL;
    updated_at := NULL;
    v_value := p_values[r.ordinality];
    v_version := v_value IS NOT NULL AND r.new_key IS NULL;
    v_former_owner := NULL;

    IF r.owner_id IS NOT NULL THEN
      PERFORM FROM users u WHERE u.id = r.owner_id AND u.deleted_at IS NULL FOR SHARE;
      IF NOT FOUND THEN
        outcome := 'stale';
      END IF;
    END IF;
    IF outcome = 'ok' AND (r.widens OR r.new_key IS NOT NULL) THEN
      outcome := secret_key_claim(r.tenant_id, coalesce(r.new_key, r.key), r.visibility = 'global', p_wait);
    END IF;

    PERFORM set_config('app.tenant', r.tenant_id::text, true);
    IF outcome = 'ok' AND r.new_key IS NOT NULL AND EXISTS (
      SELECT FROM secrets t WHERE t.tenant_id = r.tenant_id AND t.key = r.new_key COLLATE "C"
    ) THEN
      outcome := 'exists';
    END IF;
    IF outcome = 'ok' AND r.owner_id IS NOT NULL THEN
      -- If somebody changes the owner now, the update below finds another revision.
      SELECT nullif(s.created_by, r.owner_id) INTO v_former_owner
      FROM secrets s WHERE s.tenant_id = r.tenant_id AND s.id = r.id;
    END IF;
    IF outcome = 'ok' AND v_version THEN
      -- Has the conditions and takes the lock of the update below, so that either finds the row if the other does. The
      -- update itself does not read what it replaces: a change without a new value would pay for it.
      INSERT INTO secret_versions (
        tenant_id, secret_id, version, value, key_generation, visibility, is_hidden_value, owner_id, created_by,
        created_at
      )
      SELECT s.tenant_id, s.id, s.version, s.value, s.key_generation, coalesce(s.version_visibility, s.visibility),
             coalesce(s.version_is_hidden_value, s.is_hidden_value), coalesce(s.version_owner_id, s.created_by),
             s.version_created_by, s.version_created_at
      FROM secrets s
      WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.revision = r.revision AND s.mark = coalesce(r.mark, s.mark)
        AND (coalesce(r.replaces_expiry, true) OR secret_has_expired(s.expires_at) IS NOT TRUE)
      FOR NO KEY UPDATE;
      IF NOT FOUND THEN
        outcome := 'stale';
      END IF;
    END IF;
    IF outcome = 'ok' THEN
      UPDATE secrets AS s SET
        key = coalesce(r.new_key, s.key),
        visibility = r.visibility,
        is_hidden_value = r.is_hidden_value,
        description = r.description,
        value = coalesce(v_value, s.value),
        key_generation = CASE WHEN v_value IS NULL THEN s.key_generation ELSE r.key_generation END,
        version = s.version + v_version::integer,
        version_created_by = CASE WHEN v_version THEN r.author_id ELSE s.version_created_by END,
        version_created_at =
          CASE WHEN v_version THEN greatest(clock_timestamp(), s.version_created_at) ELSE s.version_created_at END,
        version_visibility =
          CASE WHEN NOT v_version THEN coalesce(s.version_visibility, nullif(s.visibility, r.visibility)) END,
        version_is_hidden_value = CASE WHEN NOT v_version
          THEN coalesce(s.version_is_hidden_value, nullif(s.is_hidden_value, r.is_hidden_value)) END,
        version_owner_id = CASE WHEN NOT v_version
          THEN coalesce(s.version_owner_id, nullif(s.created_by, coalesce(r.owner_id, s.created_by))) END,
        max_versions = CASE WHEN r.sets_max_versions THEN r.max_versions ELSE s.max_versions END,
        provider_options = CASE WHEN r.replaces_options THEN p_options[r.ordinality] ELSE s.provider_options END,
        provider_options_generation =
          CASE WHEN r.replaces_options THEN r.provider_options_generation ELSE s.provider_options_generation END,
        expires_at = CASE
          WHEN r.replaces_expiry IS NOT NULL THEN r.expires_at
          WHEN secret_has_expired(s.expires_at) IS NOT TRUE THEN s.expires_at
        END,
        labels = coalesce(r.labels, s.labels),
        created_by = coalesce(r.owner_id, s.created_by),
        created_at = coalesce(r.created_at, s.created_at),
        updated_at = coalesce(r.updated_at, greatest(clock_timestamp(), s.updated_at)),
        revision = s.revision + 1,
        mark = (r.event ->> 'id')::uuid,
        updated_by = r.author_id
      WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.revision = r.revision AND s.mark = coalesce(r.mark, s.mark)
        AND (coalesce(r.replaces_expiry, true) OR secret_has_expired(s.expires_at) IS NOT TRUE)
      RETURNING s.version, s.revision, s.created_at, s.updated_at, s.max_versions, s.created_by
      INTO version, revision, created_at, updated_at, v_max_versions, v_owner;
      IF FOUND THEN
        IF v_version OR r.sets_max_versions THEN
          PERFORM prune_secret_versions(r.tenant_id, r.id, version, v_max_versions);
        END IF;
        IF r.new_key IS NULL THEN
          v_changes := v_changes || ROW(
            r.tenant_id, r.id, r.key, 'updated', version, revision, r.visibility, v_owner, v_former_owner,
            r.event ->> 'id'
          )::secret_change;
        ELSE
          v_changes := v_changes || ARRAY[
            ROW(
              r.tenant_id, r.id, r.key, 'deleted', version, revision, r.visibility, v_owner, NULL,
              r.event ->> 'id'
            )::secret_change,
            ROW(
              r.tenant_id, r.id, r.new_key, 'created', version, revision, r.visibility, v_owner, NULL,
              r.event ->> 'id'
            )::secret_change
          ];
        END IF;
      ELSE
        outcome := 'stale';
      END IF;
    ELSIF outcome IN ('exists', 'global_elsewhere', 'key_elsewhere') THEN
      -- The refusal is valid only for the secret as it was read.
      PERFORM FROM secrets s
      WHERE s.tenant_id = r.tenant_id AND s.id = r.id AND s.revision = r.revision AND s.mark = coalesce(r.mark, s.mark)
      FOR UPDATE;
      IF NOT FOUND THEN
        outcome := 'stale';
      END IF;
    END IF;

    IF outcome IN ('ok', 'exists', 'global_elsewhere', 'key_elsewhere') THEN
      v_entries := v_entries || ROW(
        r.tenant_id, r.event ->> 'id', r.event ->> 'action', r.key, r.id, version, revision,
        CASE WHEN outcome = 'ok' THEN 'ok' ELSE 'conflict' END, r.event -> 'caller', r.event -> 'detail'
      )::audit_entry;
    END IF;
    RETURN NEXT;
  END LOOP;

  PERFORM record_secret_changes(v_changes);
  PERFORM record_events(v_entries);
END
$function$;
REVOKE ALL ON FUNCTION update_secrets(json,bytea[],bytea[],boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION update_secrets(json,bytea[],bytea[],boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.user_may(p_user uuid, p_tenant uuid, p_permission text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT EXISTS (
    SELECT FROM role_permissions p WHERE p.permission = p_permission COLLATE "C" AND p.role IN (
      SELECT u.system_role FROM users u WHERE u.id = p_user
      UNION SELECT g.system_role FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
        WHERE m.user_id = p_user
      UNION SELECT tu.role FROM tenant_users tu WHERE tu.tenant_id = p_tenant AND tu.user_id = p_user
      UNION SELECT tg.role FROM user_group_members m JOIN tenant_user_groups tg ON tg.group_id = m.group_id
        WHERE m.user_id = p_user AND tg.tenant_id = p_tenant
    )
  )
$function$;
REVOKE ALL ON FUNCTION user_may(uuid,uuid,text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_may(uuid,uuid,text) TO strongroom_app;
GRANT EXECUTE ON FUNCTION user_may(uuid,uuid,text) TO strongroom_reader;

CREATE OR REPLACE FUNCTION public.user_owns_secrets(p_user uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  SELECT EXISTS (
    SELECT FROM tenants t, LATERAL (
      SELECT FROM secrets s WHERE s.tenant_id = t.id AND s.created_by = p_user LIMIT 1
    ) owned
  )
$function$;
ALTER FUNCTION user_owns_secrets(uuid) OWNER TO strongroom_reader;
REVOKE ALL ON FUNCTION user_owns_secrets(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_owns_secrets(uuid) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.versioned_secret(p_tenant uuid, p_key text, p_user uuid, p_administers boolean, OUT outcome text, OUT id uuid)
 RETURNS record
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
  PERFORM set_config('app.tenant', p_tenant::text, true);
  SELECT s.id INTO id FROM secrets s
  WHERE s.tenant_id = p_tenant AND s.key = p_key COLLATE "C"
    AND (s.visibility <> 'private' OR s.created_by = p_user OR p_administers);
  outcome := CASE
    WHEN FOUND THEN 'ok'
    WHEN EXISTS (
      SELECT FROM secrets g WHERE g.visibility = 'global' AND g.key = p_key COLLATE "C" AND g.tenant_id <> p_tenant
    ) THEN 'foreign'
    ELSE 'not_found'
  END;
END
$function$;
REVOKE ALL ON FUNCTION versioned_secret(uuid,text,uuid,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION versioned_secret(uuid,text,uuid,boolean) TO strongroom_app;

CREATE OR REPLACE FUNCTION public.versions_of_secret(p_tenant uuid, p_secret uuid, p_user uuid, p_administers boolean)
 RETURNS TABLE(version integer, value bytea, visibility text, is_hidden_value boolean, created_by uuid, created_at timestamp with time zone, destroyed_by uuid, destroyed_at timestamp with time zone, is_current boolean, is_visible boolean, is_masked boolean)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT s.version, s.value, coalesce(s.version_visibility, s.visibility),
         coalesce(s.version_is_hidden_value, s.is_hidden_value), s.version_created_by, s.version_created_at, NULL::uuid,
         NULL::timestamptz, true, true, s.is_hidden_value AND s.created_by <> p_user AND NOT p_administers
  FROM secrets s WHERE s.tenant_id = p_tenant AND s.id = p_secret
  UNION ALL
  SELECT v.version, v.value, v.visibility, v.is_hidden_value, v.created_by, v.created_at, v.destroyed_by, v.destroyed_at,
         false, v.visibility <> 'private' OR v.owner_id = p_user OR p_administers,
         NOT p_administers
           AND (v.is_hidden_value AND v.owner_id <> p_user OR s.is_hidden_value AND s.created_by <> p_user)
  FROM secrets s JOIN secret_versions v ON v.tenant_id = s.tenant_id AND v.secret_id = s.id
  WHERE s.tenant_id = p_tenant AND s.id = p_secret
$function$;
REVOKE ALL ON FUNCTION versions_of_secret(uuid,uuid,uuid,boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION versions_of_secret(uuid,uuid,uuid,boolean) TO strongroom_app;
