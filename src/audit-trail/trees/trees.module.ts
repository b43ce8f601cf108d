import { Module } from '@nestjs/common';
import { LogTreesRepository } from './log-trees.repository.js';

/** Provides the trees of the logs to exports and proofs. */
@Module({ providers: [LogTreesRepository], exports: [LogTreesRepository] })
export class TreesModule {}
