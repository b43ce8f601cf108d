import { Module } from '@nestjs/common';
import { CopySecret } from './copy-secret.js';
import { CopyTargets } from './copy-targets.js';
import { SecretCopyController } from './secret-copy.controller.js';
import { SecretRulesModule } from '../secret-rules.module.js';

/** Copies secrets to other keys and tenants. */
@Module({
  imports: [SecretRulesModule],
  controllers: [SecretCopyController],
  providers: [CopySecret, CopyTargets],
})
export class CopiesModule {}
