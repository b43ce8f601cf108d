-- Inner nodes of the logs' trees: those of every eighth level, each the root of 256 of the level below. A proof computes
-- the others from at most 128 rows each.
CREATE TABLE audit_nodes (
  log_id     uuid     NOT NULL,
  epoch      integer  NOT NULL,
  level      smallint NOT NULL,
  node_index bigint   NOT NULL,
  hash       bytea    NOT NULL,

  CONSTRAINT pk_audit_nodes PRIMARY KEY (log_id, epoch, level, node_index)
);

ALTER TABLE audit_nodes ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_nodes
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON audit_nodes TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON audit_nodes TO :"reader_role";
