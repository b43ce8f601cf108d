-- The users in each tenant, and their role there.
CREATE TABLE tenant_users (
  tenant_id uuid NOT NULL,
  user_id   uuid NOT NULL,
  role      text NOT NULL,

  CONSTRAINT pk_tenant_users PRIMARY KEY (tenant_id, user_id),
  CONSTRAINT fk_tenant_users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT fk_tenant_users_user FOREIGN KEY (user_id) REFERENCES users (id),
  CONSTRAINT ck_tenant_users_role CHECK (role IN ('manager', 'user', 'operations', 'viewer', 'auditor'))
);

CREATE INDEX ix_tenant_users_user ON tenant_users (user_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_users TO :"app_role";
GRANT SELECT ON tenant_users TO :"reader_role";
