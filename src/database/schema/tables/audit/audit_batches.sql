-- The leaves that were added to logs, in their order, for the sinks: a row for each log of a sealing while there is a sink, until
-- all sinks have it.
CREATE TABLE audit_batches (
  log_id      uuid           NOT NULL,
  epoch       integer        NOT NULL,
  -- The index of the first leaf, and the number of leaves.
  first_index bigint         NOT NULL,
  events      integer        NOT NULL,
  -- Drawn under the lock of the sequence `audit`, so nothing is ever added below what a sink has read.
  position    bigint         GENERATED ALWAYS AS IDENTITY,
  sealed_at   timestamptz(3) NOT NULL DEFAULT clock_timestamp(),

  CONSTRAINT pk_audit_batches PRIMARY KEY (log_id, epoch, first_index)
)
-- The table is empty every other moment; see audit_pending.
WITH (vacuum_truncate = off);

CREATE UNIQUE INDEX uq_audit_batches_position ON audit_batches (position);

ALTER TABLE audit_batches ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_batches
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON audit_batches TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, DELETE ON audit_batches TO :"reader_role";
