-- The logs of the audit trail as they were sealed last. A log has a row once it has a leaf.
CREATE TABLE audit_logs (
  log_id    uuid           NOT NULL,
  -- 1, and one more after each restore that may have lost events. The tree of each epoch begins empty.
  epoch     integer        NOT NULL DEFAULT 1,
  -- The number of leaves of the epoch, and the hashes of its frontier one after the other.
  size      bigint         NOT NULL DEFAULT 0,
  frontier  bytea          NOT NULL DEFAULT '',
  sealed_at timestamptz(3),

  CONSTRAINT pk_audit_logs PRIMARY KEY (log_id)
);

ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_logs
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON audit_logs TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE ON audit_logs TO :"reader_role";
