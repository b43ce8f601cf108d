-- Months in which a log has events whose leaves are deleted, and which are therefore no longer needed. They go with the
-- partition of the month, or in chunks where another log needs the partition.
CREATE TABLE audit_removals (
  log_id uuid NOT NULL,
  -- The first day of the month of the events' ids.
  month  date NOT NULL,

  CONSTRAINT pk_audit_removals PRIMARY KEY (log_id, month)
);

ALTER TABLE audit_removals ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_removals
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);
