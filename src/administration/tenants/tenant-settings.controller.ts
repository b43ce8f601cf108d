import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { flagOf } from '../../api/input/is-flag.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { Patch } from '../../api/routes/changes.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import { IllegalAction } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import type { TenantSettings } from '../../tenants/tenant-settings.js';
import { TenantSettingsService } from '../../tenants/tenant-settings.service.js';
import { TenantSettingsBody, TenantSettingsV31 } from './dto/tenant-settings.js';

const ROUTE = {
  parameters: [{ name: 'name', description: 'The name of the tenant' }],
  answer: TenantSettingsV31,
  tenantInPath: true,
};

/** Serves the settings of a tenant, which Cloudify does not have. */
@Controller('api/v3.1/tenants')
@ApiTags('Tenants')
export class TenantSettingsController {
  constructor(private readonly settings: TenantSettingsService) {}

  @Get(':name/settings')
  @TenantRoute('tenant_get', 'tenant_settings.read', { ...ROUTE, summary: 'Read the settings of a tenant' })
  async read(@Tenant() tenant: TenantContext): Promise<TenantSettingsV31> {
    return toTenantSettingsV31(await this.settings.read(tenant));
  }

  @Patch(':name/settings')
  @TenantRoute('tenant_update_settings', 'tenant_settings.update', {
    ...ROUTE,
    summary: 'Change the settings of a tenant; those that are left out stay',
    body: TenantSettingsBody,
  })
  async update(@Tenant() tenant: TenantContext, @RequestBody() body: JsonBody): Promise<TenantSettingsV31> {
    const requireIfMatch = flagOf((await body.read(TenantSettingsBody)).require_if_match);
    if (requireIfMatch === undefined)
      throw new IllegalAction('Nothing to change: give `require_if_match`, true or false');
    return toTenantSettingsV31(await this.settings.update(tenant, { requireIfMatch }));
  }
}

function toTenantSettingsV31({ requireIfMatch }: TenantSettings): TenantSettingsV31 {
  return { require_if_match: requireIfMatch };
}
