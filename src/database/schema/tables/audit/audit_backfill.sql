-- Logs with events from before there were leaves, which enqueue_unsealed_events adds to audit_pending part by part. The
-- migration adds the rows; a database that began with leaves has none.
CREATE TABLE audit_backfill (
  log_id   uuid NOT NULL,
  -- Events up to this id are done.
  after_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  -- The last event that may be from before; null before the first call, at begun_at.
  until_id uuid,
  begun_at timestamptz(3),

  CONSTRAINT pk_audit_backfill PRIMARY KEY (log_id)
);

ALTER TABLE audit_backfill ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_backfill
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON audit_backfill TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT, UPDATE, DELETE ON audit_backfill TO :"reader_role";
