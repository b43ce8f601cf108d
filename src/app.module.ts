import { Module, type DynamicModule } from '@nestjs/common';
import { AdministrationModule } from './administration/administration.module.js';
import { AuditTrailModule } from './audit-trail/audit-trail.module.js';
import { AuthModule } from './auth/auth.module.js';
import { HealthModule } from './health/health.module.js';
import type { Installation } from './bootstrap/installation.js';
import { InstallationModule } from './bootstrap/installation.module.js';
import type { Logger } from './observability/logger.js';
import type { Metrics } from './observability/metrics/metrics.js';
import { SecretsModule } from './secrets/secrets.module.js';
import { TrashModule } from './secrets/trash/trash.module.js';
import { TenantScopeModule } from './tenant-scope/tenant-scope.module.js';
import { TenantsModule } from './tenants/tenants.module.js';
import { UsersModule } from './users/users.module.js';

/** Composes the service: the parts of the installation and the features that use them. */
@Module({})
export class AppModule {
  static of(installation: Installation, logger: Logger, metrics: Metrics): DynamicModule {
    return {
      module: AppModule,
      imports: [
        InstallationModule.of(installation, logger, metrics),
        TenantsModule,
        UsersModule,
        AuthModule,
        AuditTrailModule,
        TenantScopeModule,
        SecretsModule,
        TrashModule,
        AdministrationModule,
        HealthModule,
      ],
    };
  }
}
