-- The leaves of the logs' trees: which event each is, and its hash (RFC 6962: SHA-256 of 00 and the event's body).
CREATE TABLE audit_leaves (
  log_id     uuid    NOT NULL,
  epoch      integer NOT NULL,
  leaf_index bigint  NOT NULL,
  event_id   uuid    NOT NULL,
  hash       bytea   NOT NULL,

  CONSTRAINT pk_audit_leaves PRIMARY KEY (log_id, epoch, leaf_index)
);

CREATE UNIQUE INDEX uq_audit_leaves_event_id ON audit_leaves (log_id, event_id);

ALTER TABLE audit_leaves ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_leaves
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON audit_leaves TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON audit_leaves TO :"reader_role";
