import { Module } from '@nestjs/common';
import { BulkMoveController } from './bulk-move.controller.js';
import { MoveByPrefix } from './move-by-prefix.js';
import { MoveQueries } from './move-queries.js';
import { MoveSecret } from './move-secret.js';
import { MovedSecretsRepository } from './moved-secrets.repository.js';
import { MovedVersions } from './moved-versions.js';
import { PostgresMovedSecretsRepository } from './postgres-moved-secrets.repository.js';
import { SecretMoveController } from './secret-move.controller.js';
import { SecretRulesModule } from '../secret-rules.module.js';

/** Moves secrets to other keys. */
@Module({
  imports: [SecretRulesModule],
  controllers: [SecretMoveController, BulkMoveController],
  providers: [
    MoveSecret,
    MoveByPrefix,
    MoveQueries,
    MovedVersions,
    { provide: MovedSecretsRepository, useClass: PostgresMovedSecretsRepository },
  ],
})
export class MovesModule {}
