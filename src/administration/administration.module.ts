import { Module } from '@nestjs/common';
import { TenantsModule } from '../tenants/tenants.module.js';
import { UsersModule } from '../users/users.module.js';
import { VersionController } from './version.controller.js';

/** The endpoints around the secrets: tenants, users and groups, and what clients ask of an installation. */
@Module({
  imports: [TenantsModule, UsersModule],
  controllers: [VersionController],
})
export class AdministrationModule {}
