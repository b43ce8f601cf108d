-- This installation, in one row. Its id is part of the name of each of its logs (docs/audit-format.md).
CREATE TABLE installation (
  singleton   boolean NOT NULL DEFAULT true,
  id          uuid    NOT NULL DEFAULT gen_random_uuid(),
  -- The database that sealed events last, as database_incarnation names it. A restored database has another one.
  incarnation text COLLATE "C",
  -- When the last round began in which the heads of the audit trail were announced.
  heads_at    timestamptz(3),
  -- The present epoch of the logs, which each enters when it is sealed next; when, why and by whom it was begun.
  epoch        integer NOT NULL DEFAULT 1,
  epoch_at     timestamptz(3),
  epoch_reason text,
  epoch_caller json,
  -- The transaction that wrote this row, so that a copy of the row in another database differs from it.
  written_by   xid8,
  -- Reads from before this time are not noted in secret_reads.
  reads_since timestamptz(3) NOT NULL DEFAULT now(),

  CONSTRAINT pk_installation PRIMARY KEY (singleton),
  CONSTRAINT ck_installation_singleton CHECK (singleton)
);

GRANT SELECT ON installation TO :"app_role", :"reader_role";
GRANT UPDATE (incarnation, heads_at, epoch, epoch_at, epoch_reason, epoch_caller, written_by) ON installation TO :"reader_role";

INSERT INTO installation DEFAULT VALUES;
