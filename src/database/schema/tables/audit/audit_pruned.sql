-- Epochs of logs whose oldest leaves were removed: those below a size at which a checkpoint is kept. The frontier of that
-- size remains in audit_nodes, so that everything after it can be proved. What is below the size counts as removed from
-- the moment the row says so; remove_pruned_leaves deletes it afterwards.
CREATE TABLE audit_pruned (
  log_id  uuid    NOT NULL,
  epoch   integer NOT NULL,
  size    bigint  NOT NULL,
  -- Leaves below this index are deleted.
  removed bigint  NOT NULL DEFAULT 0,

  CONSTRAINT pk_audit_pruned PRIMARY KEY (log_id, epoch)
);

ALTER TABLE audit_pruned ENABLE ROW LEVEL SECURITY;

-- See tenant_rows of audit_events.
CREATE POLICY tenant_rows ON audit_pruned
  USING (log_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))
  WITH CHECK (log_id = nullif(current_setting('app.tenant', true), '')::uuid);

CREATE POLICY reader_rows ON audit_pruned TO :"reader_role" USING (true) WITH CHECK (true);

GRANT SELECT ON audit_pruned TO :"reader_role";
