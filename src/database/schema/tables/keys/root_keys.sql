-- The root keys that this database was used with. The keys themselves are never stored: check_value is derived from a
-- key, and shows at a start whether the configured key is the same one.
CREATE TABLE root_keys (
  id          text COLLATE "C" NOT NULL,
  check_value bytea            NOT NULL,
  state       text             NOT NULL,
  created_at  timestamptz(3)   NOT NULL DEFAULT now(),

  CONSTRAINT pk_root_keys PRIMARY KEY (id),
  CONSTRAINT ck_root_keys_state CHECK (state IN ('active', 'available', 'retired'))
);

-- New tenant keys are wrapped under the one active root key.
CREATE UNIQUE INDEX uq_root_keys_active ON root_keys (state) WHERE state = 'active';

GRANT SELECT, INSERT ON root_keys TO :"app_role";
