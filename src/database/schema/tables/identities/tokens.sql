-- Tokens, which replace a user's password. Only the SHA-256 of the secret part is stored.
CREATE TABLE tokens (
  id           text COLLATE "C" NOT NULL,
  user_id      uuid             NOT NULL,
  -- The token that this one was created by, with which it ends.
  parent_id    text COLLATE "C",
  secret_hash  bytea            NOT NULL,
  description  text,
  created_at   timestamptz(3)   NOT NULL DEFAULT now(),
  expires_at   timestamptz(3),
  last_used_at timestamptz(3),

  CONSTRAINT pk_tokens PRIMARY KEY (id),
  CONSTRAINT fk_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT fk_tokens_parent FOREIGN KEY (parent_id) REFERENCES tokens (id) ON DELETE CASCADE,
  CONSTRAINT ck_tokens_id CHECK (id ~ '^[A-Za-z0-9]{10}$'),
  CONSTRAINT ck_tokens_secret_hash CHECK (octet_length(secret_hash) = 32)
);

CREATE INDEX ix_tokens_user ON tokens (user_id, created_at);
CREATE INDEX ix_tokens_parent ON tokens (parent_id) WHERE parent_id IS NOT NULL;

GRANT SELECT, INSERT, DELETE, UPDATE (last_used_at) ON tokens TO :"app_role";
