import { Module } from '@nestjs/common';
import { TenantScopeModule } from '../../tenant-scope/tenant-scope.module.js';
import { CopySecret } from './copy-secret.js';
import { CopyTargets } from './copy-targets.js';
import { SecretCopyController } from './secret-copy.controller.js';
import { SecretRulesModule } from '../secret-rules.module.js';

/** Copies secrets to other keys and tenants. */
@Module({
  imports: [TenantScopeModule, SecretRulesModule],
  controllers: [SecretCopyController],
  providers: [CopySecret, CopyTargets],
})
export class CopiesModule {}
