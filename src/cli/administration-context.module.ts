import { Module, type DynamicModule } from '@nestjs/common';
import type { Installation } from '../bootstrap/installation.js';
import { InstallationModule } from '../bootstrap/installation.module.js';
import type { Logger } from '../observability/logger.js';
import { SharingModule } from '../secrets/sharing/sharing.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { UsersModule } from '../users/users.module.js';

/** Composes the command: the services of administration without the API. */
@Module({})
export class AdministrationContextModule {
  static of(installation: Installation, logger: Logger): DynamicModule {
    return {
      module: AdministrationContextModule,
      imports: [InstallationModule.of(installation, logger), TenantsModule, UsersModule, SharingModule],
    };
  }
}
