-- Groups of users, of all tenants.
CREATE TABLE user_groups (
  id          uuid             NOT NULL,
  name        text COLLATE "C" NOT NULL,
  -- The corresponding group in an LDAP directory.
  ldap_dn     text COLLATE "C",
  system_role text             NOT NULL DEFAULT 'default',
  created_at  timestamptz(3)   NOT NULL DEFAULT now(),

  CONSTRAINT pk_user_groups PRIMARY KEY (id),
  CONSTRAINT ck_user_groups_name CHECK (name ~ '^[A-Za-z][A-Za-z0-9._~-]{0,255}$'),
  CONSTRAINT ck_user_groups_system_role CHECK (system_role IN ('sys_admin', 'default'))
);

CREATE UNIQUE INDEX uq_user_groups_name ON user_groups (lower(name));
CREATE UNIQUE INDEX uq_user_groups_ldap_dn ON user_groups (lower(ldap_dn));

GRANT SELECT, INSERT, UPDATE, DELETE ON user_groups TO :"app_role";
GRANT SELECT ON user_groups TO :"reader_role";
