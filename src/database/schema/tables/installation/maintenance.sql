-- The maintenance mode, in one row: the time since which it is active, or NULL.
CREATE TABLE maintenance (
  singleton    boolean NOT NULL DEFAULT true,
  activated_at timestamptz(3),
  activated_by uuid,

  CONSTRAINT pk_maintenance PRIMARY KEY (singleton),
  CONSTRAINT ck_maintenance_singleton CHECK (singleton),
  CONSTRAINT fk_maintenance_activated_by FOREIGN KEY (activated_by) REFERENCES users (id)
);

GRANT SELECT, UPDATE ON maintenance TO :"app_role";

INSERT INTO maintenance DEFAULT VALUES;
