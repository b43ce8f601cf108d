import { Module } from '@nestjs/common';
import { AuditDays } from './audit-days.js';
import { RootKeysRepository } from './root-keys.repository.js';
import { TenantCreation } from './tenant-creation.js';
import { TenantKeysRepository } from './tenant-keys.repository.js';
import { TenantSettingsRepository } from './tenant-settings.repository.js';
import { TenantSettingsService } from './tenant-settings.service.js';
import { TenantsRepository } from './tenants.repository.js';
import { TenantsService } from './tenants.service.js';
import { TrashDays } from './trash-days.js';

@Module({
  providers: [
    AuditDays,
    RootKeysRepository,
    TenantKeysRepository,
    TenantsRepository,
    TenantCreation,
    TenantsService,
    TenantSettingsRepository,
    TenantSettingsService,
    TrashDays,
  ],
  exports: [
    AuditDays,
    RootKeysRepository,
    TenantsRepository,
    TenantsService,
    TenantSettingsRepository,
    TenantSettingsService,
    TrashDays,
  ],
})
export class TenantsModule {}
