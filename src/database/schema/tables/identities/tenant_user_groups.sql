-- The groups in each tenant, and the role of their members there.
CREATE TABLE tenant_user_groups (
  tenant_id uuid NOT NULL,
  group_id  uuid NOT NULL,
  role      text NOT NULL,

  CONSTRAINT pk_tenant_user_groups PRIMARY KEY (tenant_id, group_id),
  CONSTRAINT fk_tenant_user_groups_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT fk_tenant_user_groups_group FOREIGN KEY (group_id) REFERENCES user_groups (id) ON DELETE CASCADE,
  CONSTRAINT ck_tenant_user_groups_role CHECK (role IN ('manager', 'user', 'operations', 'viewer', 'auditor'))
);

CREATE INDEX ix_tenant_user_groups_group ON tenant_user_groups (group_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_user_groups TO :"app_role";
GRANT SELECT ON tenant_user_groups TO :"reader_role";
