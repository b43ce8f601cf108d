-- The last reads of secrets with their values, by version and reader. note_secret_reads keeps it up from the audit trail, and
-- keeps the latest 100 rows of a secret. The trash keeps them; a purge removes them.
CREATE TABLE secret_reads (
  tenant_id uuid           NOT NULL,
  secret_id uuid           NOT NULL,
  version   integer        NOT NULL,
  -- A user, or the tenant of a reader from another tenant, of whom nothing else is kept.
  reader_id uuid           NOT NULL,
  is_tenant boolean        NOT NULL,
  read_at   timestamptz(3) NOT NULL,

  CONSTRAINT pk_secret_reads PRIMARY KEY (tenant_id, secret_id, version, reader_id)
)
-- Most changes move only the time of a row, which needs no new entry of the index as long as the page has room.
WITH (fillfactor = 70);

ALTER TABLE secret_reads ENABLE ROW LEVEL SECURITY;

-- See tenant_rows and tenant_set of secrets.
CREATE POLICY tenant_rows ON secret_reads
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY tenant_set ON secret_reads FOR SELECT
  USING (tenant_id IN (
    SELECT unnest(string_to_array(nullif(current_setting('app.tenants', true), ''), ',')::uuid[])
  ));

GRANT SELECT ON secret_reads TO :"app_role";
