import { Module } from '@nestjs/common';
import { CreateSecret } from '../create-secret.js';
import { SecretPreconditions } from '../secret-preconditions.js';
import { SecretSealer } from '../secret-sealer.js';
import { SharingModule } from '../sharing/sharing.module.js';
import { SecretStoreModule } from '../store/secret-store.module.js';
import { UpdateSecret } from '../update-secret.js';
import { CopySecret } from './copy-secret.js';
import { CopyTargets } from './copy-targets.js';
import { SecretCopyController } from './secret-copy.controller.js';

/** Copies secrets to other keys and tenants. */
@Module({
  // The sharing module has the one checker of schemas.
  imports: [SecretStoreModule, SharingModule],
  controllers: [SecretCopyController],
  providers: [CopySecret, CopyTargets, CreateSecret, UpdateSecret, SecretPreconditions, SecretSealer],
})
export class CopiesModule {}
