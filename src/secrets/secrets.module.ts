import { Module } from '@nestjs/common';
import { CopiesModule } from './copies/copies.module.js';
import { BulkModule } from './bulk/bulk.module.js';
import { SecretChangesModule } from './changes/secret-changes.module.js';
import { CreateSecret } from './create-secret.js';
import { ExpiryClock } from './expiry/expiry-clock.js';
import { SettleExpiry } from './expiry/settle-expiry.js';
import { SecretSearchController } from './list/secret-search.controller.js';
import { MovesModule } from './moves/moves.module.js';
import { SecretPreconditions } from './secret-preconditions.js';
import { SecretSealer } from './secret-sealer.js';
import { SecretsProvidersController } from './secrets-providers.controller.js';
import { SecretsController } from './secrets.controller.js';
import { SecretsService } from './secrets.service.js';
import { SecretStoreModule } from './store/secret-store.module.js';
import { UpdateSecret } from './update-secret.js';
import { RestoreVersion } from './versions/restore-version.js';
import { SecretVersionsController } from './versions/secret-versions.controller.js';
import { SecretVersionsService } from './versions/secret-versions.service.js';
import { VersionLimits } from './versions/version-limits.js';
import { SharingModule } from './sharing/sharing.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';

@Module({
  imports: [
    SecretStoreModule,
    SharingModule,
    MovesModule,
    CopiesModule,
    BulkModule,
    SecretChangesModule,
    TenantsModule,
  ],
  controllers: [
    SecretsController,
    SecretVersionsController,
    SecretSearchController,
    SecretsProvidersController,
  ],
  providers: [
    SecretsService,
    SecretSealer,
    SecretPreconditions,
    CreateSecret,
    UpdateSecret,
    VersionLimits,
    RestoreVersion,
    SecretVersionsService,
    ExpiryClock,
    SettleExpiry,
  ],
})
export class SecretsModule {}
