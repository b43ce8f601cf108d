import { Module } from '@nestjs/common';
import { SecretPreconditions } from '../secret-preconditions.js';
import { SecretSealer } from '../secret-sealer.js';
import { SecretStoreModule } from '../store/secret-store.module.js';
import { BulkMoveController } from './bulk-move.controller.js';
import { MoveByPrefix } from './move-by-prefix.js';
import { MoveQueries } from './move-queries.js';
import { MoveSecret } from './move-secret.js';
import { MovedSecretsRepository } from './moved-secrets.repository.js';
import { PostgresMovedSecretsRepository } from './postgres-moved-secrets.repository.js';
import { SecretMoveController } from './secret-move.controller.js';

/** Moves secrets to other keys. */
@Module({
  imports: [SecretStoreModule],
  controllers: [SecretMoveController, BulkMoveController],
  providers: [
    MoveSecret,
    MoveByPrefix,
    MoveQueries,
    SecretPreconditions,
    SecretSealer,
    { provide: MovedSecretsRepository, useClass: PostgresMovedSecretsRepository },
  ],
})
export class MovesModule {}
