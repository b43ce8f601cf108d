-- Users of all tenants. A deleted user remains as a tombstone, since secrets and events refer to it.
CREATE TABLE users (
  id                   uuid             NOT NULL,
  username             text COLLATE "C" NOT NULL,
  password_hash        text             NOT NULL,
  system_role          text             NOT NULL DEFAULT 'default',
  active               boolean          NOT NULL DEFAULT true,
  show_getting_started boolean          NOT NULL DEFAULT true,
  -- True for the administrator that the first start created, who cannot be deleted.
  is_bootstrap         boolean          NOT NULL DEFAULT false,
  -- Counts how often all tokens of the user were ended; a request that was let in before makes no token afterwards.
  token_epoch          integer          NOT NULL DEFAULT 0,
  created_at           timestamptz(3)   NOT NULL DEFAULT now(),
  first_login_at       timestamptz(3),
  last_login_at        timestamptz(3),
  deleted_at           timestamptz(3),

  CONSTRAINT pk_users PRIMARY KEY (id),
  CONSTRAINT ck_users_username CHECK (username ~ '^[A-Za-z][A-Za-z0-9._~-]{0,255}$'),
  CONSTRAINT ck_users_system_role CHECK (system_role IN ('sys_admin', 'default'))
);

-- Names that differ only in case are the same name.
CREATE UNIQUE INDEX uq_users_username ON users (lower(username)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX uq_users_bootstrap ON users (is_bootstrap) WHERE is_bootstrap AND deleted_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON users TO :"app_role";
GRANT SELECT (id, username, system_role) ON users TO :"reader_role";
