-- The change feed: changes of secrets in the order of their positions, for seven days. A position is given after the
-- change was committed, and higher than all before, so whoever has read up to one has missed nothing before it.
CREATE TABLE secret_changes (
  tenant_id    uuid             NOT NULL,
  position     bigint           NOT NULL,
  secret_id    uuid             NOT NULL,
  key          text COLLATE "C" NOT NULL,
  change       text             NOT NULL,
  version      integer          NOT NULL,
  revision     integer          NOT NULL,
  visibility   text             NOT NULL,
  created_by   uuid             NOT NULL,
  former_owner uuid,
  -- Tells this row from the one that had the same position before a restore.
  mark         uuid             NOT NULL,
  changed_at   timestamptz(3)   NOT NULL,

  CONSTRAINT pk_secret_changes PRIMARY KEY (tenant_id, position)
);

-- Positions belong to all tenants together: a replica reads what is new once for all who wait.
CREATE UNIQUE INDEX uq_secret_changes_position ON secret_changes (position);
CREATE INDEX ix_secret_changes_global ON secret_changes (position) WHERE visibility = 'global';

ALTER TABLE secret_changes ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of secrets.
CREATE POLICY tenant_rows ON secret_changes
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);

-- The service reads changes by functions of the reader only, each of which takes the tenants as an argument.
CREATE POLICY reader_rows ON secret_changes TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, DELETE ON secret_changes TO :"reader_role";

-- The beginning, which is a position like any other, with a mark. It belongs to no tenant.
INSERT INTO secret_changes (
  tenant_id, position, secret_id, key, change, version, revision, visibility, created_by, mark, changed_at
) SELECT nil, 0, nil, '', 'origin', 0, 0, 'private', nil, gen_random_uuid(), now()
FROM (VALUES ('00000000-0000-0000-0000-000000000000'::uuid)) AS nobody (nil);
