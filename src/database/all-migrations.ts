import type { MigrationInterface } from 'typeorm';
import { Baseline1800000000001 } from './migrations/1800000000001-baseline.js';

/** All migrations, in order. This is a list and not a file pattern, because a wrong pattern would go unnoticed. */
export const allMigrations: readonly (new () => MigrationInterface)[] = [Baseline1800000000001];
