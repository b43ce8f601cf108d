import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roleNames } from './role-names.js';

const NAME = `'^[A-Za-z][A-Za-z0-9._~-]{0,255}$'`;
const SYSTEM_ROLES = `('sys_admin', 'default')`;
const TENANT_ROLES = `('manager', 'user', 'operations', 'viewer')`;

/** Tenants, their wrapped keys, users, groups and memberships. None of these has row-level security. */
export class CreateIdentity1790000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { app, reader } = await roleNames(runner);
    await runner.query(KEYS_AND_TENANTS);
    await runner.query(USERS_AND_GROUPS);
    await runner.query(MEMBERSHIPS);
    await runner.query(`
      GRANT SELECT, INSERT ON root_keys, tenants, tenant_keys TO ${app};
      GRANT SELECT, INSERT, UPDATE ON users TO ${app};
      GRANT SELECT, INSERT, UPDATE, DELETE
        ON user_groups, user_group_members, tenant_users, tenant_user_groups TO ${app};
      GRANT SELECT (id, username) ON users TO ${reader};
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE tenant_user_groups, tenant_users, user_group_members, user_groups, users, tenant_keys, tenants,
        root_keys
    `);
  }
}

const KEYS_AND_TENANTS = `
  CREATE TABLE root_keys (
    id text COLLATE "C" NOT NULL,
    check_value bytea NOT NULL,
    state text NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT pk_root_keys PRIMARY KEY (id),
    CONSTRAINT ck_root_keys_state CHECK (state IN ('active', 'available', 'retired'))
  );
  CREATE UNIQUE INDEX uq_root_keys_active ON root_keys (state) WHERE state = 'active';

  CREATE TABLE tenants (
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    deleted_at timestamptz(3),
    CONSTRAINT pk_tenants PRIMARY KEY (id),
    CONSTRAINT ck_tenants_name CHECK (name ~ ${NAME})
  );
  CREATE UNIQUE INDEX uq_tenants_name ON tenants (name) WHERE deleted_at IS NULL;

  CREATE TABLE tenant_keys (
    tenant_id uuid NOT NULL,
    generation integer NOT NULL,
    wrapped bytea NOT NULL,
    root_key_id text COLLATE "C" NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    retired_at timestamptz(3),
    CONSTRAINT pk_tenant_keys PRIMARY KEY (tenant_id, generation),
    CONSTRAINT fk_tenant_keys_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_tenant_keys_root_key FOREIGN KEY (root_key_id) REFERENCES root_keys (id),
    CONSTRAINT ck_tenant_keys_generation CHECK (generation > 0)
  );
`;

const USERS_AND_GROUPS = `
  CREATE TABLE users (
    id uuid NOT NULL,
    username text COLLATE "C" NOT NULL,
    password_hash text NOT NULL,
    system_role text NOT NULL DEFAULT 'default',
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    first_login_at timestamptz(3),
    last_login_at timestamptz(3),
    deleted_at timestamptz(3),
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_username CHECK (username ~ ${NAME}),
    CONSTRAINT ck_users_system_role CHECK (system_role IN ${SYSTEM_ROLES})
  );
  CREATE UNIQUE INDEX uq_users_username ON users (lower(username)) WHERE deleted_at IS NULL;

  CREATE TABLE user_groups (
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    system_role text NOT NULL DEFAULT 'default',
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT pk_user_groups PRIMARY KEY (id),
    CONSTRAINT ck_user_groups_name CHECK (name ~ ${NAME}),
    CONSTRAINT ck_user_groups_system_role CHECK (system_role IN ${SYSTEM_ROLES})
  );
  CREATE UNIQUE INDEX uq_user_groups_name ON user_groups (lower(name));

  CREATE TABLE user_group_members (
    group_id uuid NOT NULL,
    user_id uuid NOT NULL,
    CONSTRAINT pk_user_group_members PRIMARY KEY (group_id, user_id),
    CONSTRAINT fk_user_group_members_group FOREIGN KEY (group_id) REFERENCES user_groups (id) ON DELETE CASCADE,
    CONSTRAINT fk_user_group_members_user FOREIGN KEY (user_id) REFERENCES users (id)
  );
  CREATE INDEX ix_user_group_members_user ON user_group_members (user_id);
`;

const MEMBERSHIPS = `
  CREATE TABLE tenant_users (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    CONSTRAINT pk_tenant_users PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT fk_tenant_users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_tenant_users_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT ck_tenant_users_role CHECK (role IN ${TENANT_ROLES})
  );
  CREATE INDEX ix_tenant_users_user ON tenant_users (user_id);

  CREATE TABLE tenant_user_groups (
    tenant_id uuid NOT NULL,
    group_id uuid NOT NULL,
    role text NOT NULL,
    CONSTRAINT pk_tenant_user_groups PRIMARY KEY (tenant_id, group_id),
    CONSTRAINT fk_tenant_user_groups_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT fk_tenant_user_groups_group FOREIGN KEY (group_id) REFERENCES user_groups (id) ON DELETE CASCADE,
    CONSTRAINT ck_tenant_user_groups_role CHECK (role IN ${TENANT_ROLES})
  );
  CREATE INDEX ix_tenant_user_groups_group ON tenant_user_groups (group_id);
`;
