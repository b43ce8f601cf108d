-- The events of the audit. A log belongs to a tenant (log_id is its id) or to the system (the nil UUID). The service
-- only adds events and cannot read them.
CREATE TABLE audit_events (
  log_id uuid           NOT NULL,
  id     uuid           NOT NULL,
  at     timestamptz(3) NOT NULL,
  -- The event. Its text is built once, by audit_body, and never written again; the other columns only index it.
  body   text           NOT NULL,

  CONSTRAINT pk_audit_events PRIMARY KEY (log_id, id)
);

ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;

-- The log of the tenant that the transaction names in app.tenant; see tenant_rows of secrets.
CREATE POLICY tenant_rows ON audit_events
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

-- Functions of the reader read and write across logs; each takes the log or the tenant as an argument.
CREATE POLICY reader_rows ON audit_events FOR SELECT TO :"reader_role" USING (true);
CREATE POLICY reader_appends ON audit_events FOR INSERT TO :"reader_role" WITH CHECK (true);

GRANT INSERT ON audit_events TO :"app_role";
GRANT SELECT, INSERT ON audit_events TO :"reader_role";
