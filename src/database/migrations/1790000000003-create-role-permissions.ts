import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roleNames } from './role-names.js';

const EVERY_ROLE = ['sys_admin', 'manager', 'user', 'operations', 'viewer', 'default'];

/** Which roles hold which permissions, as a Cloudify Manager ships them. */
const PERMISSIONS: readonly (readonly [roles: readonly string[], permissions: readonly string[]])[] = [
  [
    ['sys_admin', 'manager', 'user', 'operations', 'viewer'],
    ['secret_get', 'secret_list'],
  ],
  [
    ['sys_admin', 'manager', 'user'],
    ['secret_create', 'secret_update', 'secret_delete', 'secret_export', 'secret_import'],
  ],
  [['sys_admin', 'manager'], ['administrators']],
  [['sys_admin'], ['create_global_resource', 'all_tenants', 'set_owner', 'set_timestamp']],
  [
    EVERY_ROLE,
    [
      'tenant_list',
      'user_get_self',
      'token_get',
      'version_get',
      'status_get',
      'maintenance_mode_get',
      'license_list',
    ],
  ],
  [
    ['sys_admin', 'manager', 'user', 'viewer', 'default'],
    ['create_token', 'delete_token', 'list_token'],
  ],
  [['sys_admin', 'manager', 'user', 'operations'], ['tenant_get']],
  [
    ['sys_admin'],
    [
      ...['tenant_create', 'tenant_delete', 'tenant_add_user', 'tenant_update_user', 'tenant_remove_user'],
      ...['tenant_add_user_group', 'tenant_update_user_group', 'tenant_remove_user_group'],
      ...['user_create', 'user_delete', 'user_get', 'user_list', 'user_update', 'user_unlock'],
      ...['user_set_role', 'user_set_activated'],
      ...['user_group_create', 'user_group_delete', 'user_group_get', 'user_group_list', 'user_group_update'],
      ...['user_group_add_user', 'user_group_remove_user', 'manage_others_tokens', 'maintenance_mode_set'],
    ],
  ],
];

export class CreateRolePermissions1790000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { app } = await roleNames(runner);
    await runner.query(`
      CREATE TABLE role_permissions (
        role text COLLATE "C" NOT NULL,
        permission text COLLATE "C" NOT NULL,
        CONSTRAINT pk_role_permissions PRIMARY KEY (role, permission)
      );
      GRANT SELECT ON role_permissions TO ${app};
    `);
    const rows = PERMISSIONS.flatMap(([roles, permissions]) =>
      roles.flatMap((role) => permissions.map((permission) => [role, permission] as const)),
    );
    await runner.query('INSERT INTO role_permissions SELECT * FROM unnest($1::text[], $2::text[])', [
      rows.map(([role]) => role),
      rows.map(([, permission]) => permission),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE role_permissions');
  }
}
