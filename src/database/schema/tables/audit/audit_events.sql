-- Events of the audit trail. A log belongs to a tenant (log_id is its id) or to the system (the nil UUID). The service
-- only adds events; it reads them by read_audit_events, and in no other way.
CREATE TABLE audit_events (
  log_id    uuid             NOT NULL,
  -- A UUID of version 7. It contains the time at which the event was created, which determines the partition.
  id        uuid             NOT NULL,
  at        timestamptz(3)   NOT NULL,
  action    text COLLATE "C" NOT NULL,
  actor_id  uuid,
  key       text COLLATE "C",
  secret_id uuid,
  revision  integer,
  outcome   text COLLATE "C" NOT NULL,
  -- The event. record_events builds the text once, and it is never rewritten; the other columns only index it.
  body      text             NOT NULL,

  CONSTRAINT pk_audit_events PRIMARY KEY (log_id, id),
  -- A body is one line of an export.
  CONSTRAINT ck_audit_events_body CHECK (strpos(body, chr(10)) = 0)
) PARTITION BY RANGE (id);

CREATE INDEX ix_audit_events_key ON audit_events (log_id, key, id);
CREATE INDEX ix_audit_events_actor_id ON audit_events (log_id, actor_id, id);

-- audit_create_partitions creates a partition for each month ahead. This one takes events of months without a
-- partition, so that no event is ever refused.
CREATE TABLE audit_events_default (
  LIKE audit_events INCLUDING CONSTRAINTS,
  CONSTRAINT pk_audit_events_default PRIMARY KEY (log_id, id)
);
ALTER TABLE audit_events ATTACH PARTITION audit_events_default DEFAULT;

-- An event as passed to record_events.
CREATE TYPE audit_entry AS (
  log_id    uuid,
  id        uuid,
  action    text,
  key       text,
  secret_id uuid,
  version   integer,
  revision  integer,
  outcome   text,
  caller    json,
  detail    json
);

-- The parent's policies bind access through the parent. Only the owner has rights on a partition itself.
ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events_default ENABLE ROW LEVEL SECURITY;

-- The log of the tenant that the transaction names in app.tenant; see tenant_rows of secrets.
CREATE POLICY tenant_rows ON audit_events
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

-- Functions of the reader read and write all logs; each takes the log or the tenant as an argument.
CREATE POLICY reader_rows ON audit_events FOR SELECT TO :"reader_role" USING (true);
CREATE POLICY reader_appends ON audit_events FOR INSERT TO :"reader_role" WITH CHECK (true);

GRANT INSERT ON audit_events TO :"app_role";
GRANT SELECT, INSERT ON audit_events TO :"reader_role";
