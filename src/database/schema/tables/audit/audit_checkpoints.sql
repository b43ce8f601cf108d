-- Signed statements that the first leaves of an epoch have this root, each in the transaction that made the last of these
-- leaves. thin_audit_checkpoints keeps one an hour, and later one a day.
CREATE TABLE audit_checkpoints (
  log_id    uuid           NOT NULL,
  epoch     integer        NOT NULL,
  size      bigint         NOT NULL,
  root      bytea          NOT NULL,
  key_id    integer        NOT NULL,
  signed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- The checkpoint as C2SP signed-note writes it.
  note      text           NOT NULL,
  -- Among which it was chosen to be kept: 0 for none, 1 for those of its hour, 2 for those of its day.
  kept      smallint       NOT NULL DEFAULT 0,

  CONSTRAINT pk_audit_checkpoints PRIMARY KEY (log_id, epoch, size),
  CONSTRAINT fk_audit_checkpoints_key FOREIGN KEY (key_id) REFERENCES audit_signing_keys (id)
);

CREATE INDEX ix_audit_checkpoints_kept ON audit_checkpoints (kept, signed_at) WHERE kept < 2;

ALTER TABLE audit_checkpoints ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_checkpoints
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON audit_checkpoints TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON audit_checkpoints TO :"reader_role";
