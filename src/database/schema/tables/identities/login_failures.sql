-- Counters that throttle guesses of passwords: one for each name and source, one for each name alone (source '*'), and
-- one for each source alone (under the hash of 'any name'). Rows under the hash of 'refused logins' count the logins
-- that were refused, by source. No name has these hashes, since a normalised name has no space.
CREATE TABLE login_failures (
  -- The SHA-256 of the normalised name, whether or not it exists: text that users type into the wrong field is not
  -- stored.
  name_key      bytea            NOT NULL,
  source        text COLLATE "C" NOT NULL,
  failures      integer          NOT NULL DEFAULT 0,
  locks         integer          NOT NULL DEFAULT 0,
  refused       integer          NOT NULL DEFAULT 0,
  locked_at     timestamptz,
  locked_until  timestamptz,
  trusted_until timestamptz,
  expires_at    timestamptz      NOT NULL,

  CONSTRAINT pk_login_failures PRIMARY KEY (name_key, source),
  CONSTRAINT ck_login_failures_name_key CHECK (octet_length(name_key) = 32)
);

CREATE INDEX ix_login_failures_expires_at ON login_failures (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON login_failures TO :"app_role";
