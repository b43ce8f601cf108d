-- The keys that sign checkpoints (Ed25519). Public keys are kept for ever; the private key is sealed under a root key, and
-- erased once another key signs.
CREATE TABLE audit_signing_keys (
  id          integer          NOT NULL,
  public_key  bytea            NOT NULL,
  sealed      bytea,
  root_key_id text COLLATE "C" NOT NULL,
  created_at  timestamptz(3)   NOT NULL DEFAULT now(),
  retired_at  timestamptz(3),

  CONSTRAINT pk_audit_signing_keys PRIMARY KEY (id),
  CONSTRAINT fk_audit_signing_keys_root_key FOREIGN KEY (root_key_id) REFERENCES root_keys (id),
  CONSTRAINT ck_audit_signing_keys_id CHECK (id > 0),
  CONSTRAINT ck_audit_signing_keys_sealed CHECK ((sealed IS NULL) = (retired_at IS NOT NULL))
);

-- One key signs all logs.
CREATE UNIQUE INDEX uq_audit_signing_keys_active ON audit_signing_keys ((retired_at IS NULL)) WHERE retired_at IS NULL;

GRANT SELECT, INSERT, UPDATE (sealed, retired_at) ON audit_signing_keys TO :"app_role";
GRANT SELECT (id, public_key) ON audit_signing_keys TO :"reader_role";
