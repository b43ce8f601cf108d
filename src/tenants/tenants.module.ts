import { Module } from '@nestjs/common';
import { RootKeysRepository } from './root-keys.repository.js';
import { TenantCreation } from './tenant-creation.js';
import { TenantKeysRepository } from './tenant-keys.repository.js';
import { TenantsRepository } from './tenants.repository.js';
import { TenantsService } from './tenants.service.js';

@Module({
  providers: [RootKeysRepository, TenantKeysRepository, TenantsRepository, TenantCreation, TenantsService],
  exports: [TenantsRepository, TenantsService],
})
export class TenantsModule {}
