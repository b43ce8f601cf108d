import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { listEnvelope } from '../../api/lists/list-envelope.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { KNOWN_ROLES } from '../../users/permissions/known-permissions.js';
import { RolePermissions } from '../../users/permissions/role-permissions.service.js';
import { CLOUDIFY_EXAMPLES } from './dto/cloudify.examples.js';
import { ConfigV3 } from './dto/cloudify-config-v3.js';

/** Tells the web console who may do what, when a user logs in. */
@Controller()
@ApiTags('Installation')
export class CloudifyConfigController {
  constructor(private readonly permissions: RolePermissions) {}

  @Get(['api/v3/config', 'api/v3.1/config'])
  @InstallationRoute('version_get', 'config.read', {
    id: 'readConfiguration',
    summary: 'Read the roles and their permissions',
    description: 'Returns what the web console asks for when a user logs in: the roles, and who may do what.',
    example: CLOUDIFY_EXAMPLES.config,
    answer: ConfigV3,
    duringMaintenance: true,
  })
  async config(): Promise<ConfigV3> {
    const permissions: Record<string, string[]> = {};
    for (const { role, permission } of await this.permissions.all()) {
      permissions[permission] = [...(permissions[permission] ?? []), role];
    }
    const roles = Object.entries(KNOWN_ROLES).map(([name, type], id) => ({
      id,
      name,
      type,
      description: '',
    }));
    return {
      ...listEnvelope<never>([], { total: 0, size: 0, offset: 0 }),
      authorization: { roles, permissions },
    };
  }
}
