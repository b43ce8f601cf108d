import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { listEnvelope } from '../../api/lists/list-envelope.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { KNOWN_ROLES } from '../../users/permissions/known-permissions.js';
import { RolePermissions } from '../../users/permissions/role-permissions.service.js';
import { ConfigV3, LicenseListV3 } from './dto/cloudify-config-v3.js';

/** Answers the requests that the web console sends when a user logs in. */
@Controller()
@ApiTags('Installation')
export class CloudifyConfigController {
  constructor(private readonly permissions: RolePermissions) {}

  @Get(['api/v3/config', 'api/v3.1/config'])
  @InstallationRoute('version_get', 'config.read', {
    summary: 'Read the roles and their permissions',
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

  @Get(['api/v3/license', 'api/v3.1/license'])
  @InstallationRoute('license_list', 'license.list', {
    summary: 'List one license that never expires, since clients expect one',
    answer: LicenseListV3,
    duringMaintenance: true,
  })
  license(): LicenseListV3 {
    const license = {
      customer_id: 'strongroom',
      expiration_date: null,
      license_edition: 'Premium',
      trial: false,
      expired: false,
      cloudify_version: null,
      capabilities: null,
    };
    return listEnvelope([license], { total: 1, size: 1, offset: 0 });
  }
}
