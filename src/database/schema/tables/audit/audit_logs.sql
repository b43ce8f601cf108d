-- The logs of the audit trail as they were sealed last. A log has a row once it has a leaf.
CREATE TABLE audit_logs (
  log_id    uuid           NOT NULL,
  -- 1, and that of the installation after a restore that may have lost events. The tree of each epoch begins empty.
  epoch     integer        NOT NULL DEFAULT 1,
  -- The number of leaves of the epoch, and the hashes of its frontier one after the other.
  size      bigint         NOT NULL DEFAULT 0,
  frontier  bytea          NOT NULL DEFAULT '',
  sealed_at timestamptz(3),
  -- True if the head was announced, and the last one that was.
  is_announced    boolean NOT NULL DEFAULT false,
  announced_epoch integer,
  announced_size  bigint,

  CONSTRAINT pk_audit_logs PRIMARY KEY (log_id)
);

CREATE INDEX ix_audit_logs_unannounced ON audit_logs (log_id) WHERE NOT is_announced;

ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_logs
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON audit_logs TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE ON audit_logs TO :"reader_role";
