-- The places outside to which sealed events are sent: how far each is, and which process sends to it. A row is there once a
-- process that has the sink in its configuration has asked for it.
CREATE TABLE audit_sinks (
  name          text COLLATE "C" NOT NULL,
  -- Delivered are all batches before this position, and of the batch at this position the first events.
  position      bigint           NOT NULL,
  part          integer          NOT NULL DEFAULT 0,
  -- How many days pruning waits for the sink, and how many it is kept once no process has it in its configuration.
  wait_days     integer          NOT NULL,
  -- When a process that has it in its configuration asked last.
  configured_at timestamptz(3)   NOT NULL DEFAULT clock_timestamp(),
  -- The process that alone may send to it, until that time.
  holder        uuid,
  held_until    timestamptz(3),

  CONSTRAINT pk_audit_sinks PRIMARY KEY (name)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON audit_sinks TO :"reader_role";
