import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { flagOf } from '../../api/input/is-flag.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { NAME } from '../../api/openapi/schemas.js';
import { Patch } from '../../api/routes/changes.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { outsideBounds } from '../../tenants/refusal-of-settings.js';
import { DEFAULT_SETTINGS, type StoredSettings, type TenantSettings } from '../../tenants/tenant-settings.js';
import { TenantSettingsService } from '../../tenants/tenant-settings.service.js';
import { TENANT_EXAMPLES } from './dto/tenant.examples.js';
import { noSetting, TenantSettingsBody, TenantSettingsV31 } from './dto/tenant-settings.js';

const ROUTE = {
  parameters: [{ name: 'name', schema: NAME, description: 'The name of the tenant' }],
  answer: TenantSettingsV31,
  tenantInPath: true,
};

/** Serves the settings of a tenant, which Cloudify does not have. */
@Controller('api/v3.1/tenants')
@ApiTags('Tenants')
export class TenantSettingsController {
  constructor(private readonly settings: TenantSettingsService) {}

  @Get(':name/settings')
  @TenantRoute('tenant_get', 'tenant_settings.read', {
    ...ROUTE,
    id: 'readTenantSettings',
    summary: 'Read the settings of a tenant',
    description: 'Returns every setting of a tenant, which is the default where nobody has changed it.',
    example: TENANT_EXAMPLES.readSettings,
  })
  async read(@Tenant() tenant: TenantContext): Promise<TenantSettingsV31> {
    return toTenantSettingsV31(await this.settings.read(tenant));
  }

  @Patch(':name/settings')
  @TenantRoute('tenant_update_settings', 'tenant_settings.update', {
    ...ROUTE,
    id: 'updateTenantSettings',
    summary: 'Change the settings of a tenant',
    description:
      'Changes the settings that the body names, and leaves the others as they are. Bounds and `audit_days` ' +
      'need the permission `tenant_update_bounds`.',
    body: TenantSettingsBody,
    example: TENANT_EXAMPLES.updateSettings,
    errors: [noSetting(), outsideBounds(DEFAULT_SETTINGS)],
  })
  async update(@Tenant() tenant: TenantContext, @RequestBody() body: JsonBody): Promise<TenantSettingsV31> {
    const changes = toSettings(await body.read(TenantSettingsBody));
    return toTenantSettingsV31(await this.settings.update(tenant, changes));
  }
}

/** @throws IllegalAction where nothing is to change */
function toSettings(body: TenantSettingsBody): Partial<StoredSettings> {
  const settings = {
    requireIfMatch: flagOf(body.require_if_match),
    trashDays: body.trash_days,
    auditDays: body.audit_days,
    maxVersions: body.max_versions,
    maxVersionsLowerBound: body.max_versions_lower_bound,
    maxVersionsUpperBound: body.max_versions_upper_bound,
  };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  if (given.length === 0) throw noSetting();
  return Object.fromEntries(given);
}

function toTenantSettingsV31(settings: TenantSettings): TenantSettingsV31 {
  return {
    require_if_match: settings.requireIfMatch,
    trash_days: settings.trashDays,
    audit_days: settings.auditDays,
    max_versions: settings.maxVersions,
    max_versions_lower_bound: settings.maxVersionsLowerBound,
    max_versions_upper_bound: settings.maxVersionsUpperBound,
  };
}
