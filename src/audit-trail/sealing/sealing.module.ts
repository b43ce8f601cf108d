import { Module } from '@nestjs/common';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { SealingAdministration } from './sealing-administration.service.js';
import { Sealer } from './sealer.js';
import { SealingRepository } from './sealing.repository.js';
import { SigningKeysRepository } from './signing-keys.repository.js';
import { SigningKeys } from './signing-keys.js';

/** Provides what seals the audit trail, to the service's jobs and to the command. */
@Module({
  imports: [TenantsModule],
  providers: [SealingAdministration, Sealer, SealingRepository, SigningKeys, SigningKeysRepository],
  exports: [SealingAdministration, Sealer, SealingRepository, SigningKeys],
})
export class SealingModule {}
