-- Secrets that an export has given away, a row for each part of it, until note_secret_reads takes them over. The events of
-- an export only count them.
CREATE TABLE secret_reads_pending (
  tenant_id  uuid           NOT NULL,
  id         bigint         GENERATED ALWAYS AS IDENTITY,
  reader_id  uuid           NOT NULL,
  read_at    timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  secret_ids uuid[]         NOT NULL,
  versions   integer[]      NOT NULL,

  CONSTRAINT pk_secret_reads_pending PRIMARY KEY (tenant_id, id)
);

ALTER TABLE secret_reads_pending ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of secrets.
CREATE POLICY tenant_rows ON secret_reads_pending
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON secret_reads_pending TO :"reader_role" USING (true) WITH CHECK (true);

GRANT INSERT ON secret_reads_pending TO :"app_role";
GRANT SELECT ON secret_reads_pending TO :"reader_role";
