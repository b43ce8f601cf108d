import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { MaintenanceMode } from '../administration/maintenance/maintenance-mode.js';
import type { Installation } from '../bootstrap/installation.js';
import { InstallationModule } from '../bootstrap/installation.module.js';
import type { Logger } from '../observability/logger.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { UsersModule } from '../users/users.module.js';

/** Composes the command: the services of administration without the API. */
@Module({})
export class AdministrationContextModule {
  /** @param features names the modules that only some commands need, and load */
  static of(installation: Installation, logger: Logger, features: readonly Type[] = []): DynamicModule {
    return {
      module: AdministrationContextModule,
      imports: [InstallationModule.of(installation, logger), TenantsModule, UsersModule, ...features],
      providers: [MaintenanceMode],
    };
  }
}
