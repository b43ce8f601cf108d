-- Changes of secrets that have no position in the change feed yet. Whatever writes secrets adds a row for each change, in
-- the transaction of the change; sequence_secret_changes moves the rows of committed transactions to secret_changes.
CREATE TABLE secret_changes_pending (
  tenant_id    uuid             NOT NULL,
  -- Drawn while the writer holds the lock of the secret and its key, so that the changes of each are in order.
  id           bigint           GENERATED ALWAYS AS IDENTITY,
  secret_id    uuid             NOT NULL,
  key          text COLLATE "C" NOT NULL,
  -- created, updated, deleted or expired. Nothing is checked here or in secret_changes: a row that could not be moved
  -- would hold up all others.
  change       text             NOT NULL,
  version      integer          NOT NULL,
  revision     integer          NOT NULL,
  -- Who may see the change: as the secret was after it, or when it was deleted.
  visibility   text             NOT NULL,
  created_by   uuid             NOT NULL,
  -- The user to whom the secret belonged before this change, if the change gave it to another.
  former_owner uuid,
  -- The id of the event that recorded the change, which is random.
  mark         uuid             NOT NULL,
  changed_at   timestamptz(3)   NOT NULL DEFAULT clock_timestamp(),

  -- Without the tenant: rows of all tenants are taken in one order, and nothing looks for those of one.
  CONSTRAINT pk_secret_changes_pending PRIMARY KEY (id)
)
-- The table is empty every other moment; cutting it off would lock writers out each time.
WITH (vacuum_truncate = off);

-- A change as passed to record_secret_changes.
CREATE TYPE secret_change AS (
  tenant_id    uuid,
  secret_id    uuid,
  key          text,
  change       text,
  version      integer,
  revision     integer,
  visibility   text,
  created_by   uuid,
  former_owner uuid,
  mark         uuid
);

ALTER TABLE secret_changes_pending ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of secrets.
CREATE POLICY tenant_rows ON secret_changes_pending
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);

-- The sequencer moves the rows of all tenants, and adds those of secrets that expired.
CREATE POLICY reader_rows ON secret_changes_pending TO :"reader_role" USING (true) WITH CHECK (true);

GRANT INSERT ON secret_changes_pending TO :"app_role";
GRANT SELECT, INSERT, DELETE ON secret_changes_pending TO :"reader_role";
