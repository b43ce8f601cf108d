-- The keys of logs, each with the size of the tree from which on it signs: a checkpoint is signed by the key with the greatest
-- size that is not above its own.
CREATE TABLE audit_log_keys (
  log_id    uuid    NOT NULL,
  epoch     integer NOT NULL,
  key_id    integer NOT NULL,
  from_size bigint  NOT NULL,

  CONSTRAINT pk_audit_log_keys PRIMARY KEY (log_id, epoch, key_id),
  CONSTRAINT fk_audit_log_keys_key FOREIGN KEY (key_id) REFERENCES audit_signing_keys (id)
);

ALTER TABLE audit_log_keys ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_log_keys
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON audit_log_keys TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON audit_log_keys TO :"reader_role";
