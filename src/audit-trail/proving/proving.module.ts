import { Module } from '@nestjs/common';
import { ReadingModule } from '../reading/reading.module.js';
import { TreesModule } from '../trees/trees.module.js';
import { AllProofsController } from './all-proofs.controller.js';
import { Checkpoints } from './checkpoints.service.js';
import { ProofsController } from './proofs.controller.js';
import { ProofsRepository } from './proofs.repository.js';
import { Prover } from './prover.service.js';

/** Gives keys, checkpoints and proofs. */
@Module({
  imports: [ReadingModule, TreesModule],
  controllers: [ProofsController, AllProofsController],
  providers: [Checkpoints, ProofsRepository, Prover],
})
export class ProvingModule {}
