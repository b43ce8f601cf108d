import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The plan of a read is always the generic one, as it is for `find_identities`: the server would plan anew for each
 * lone read, since a plan for one question looks cheaper to it than one for any number.
 */
export class PlanReadsOnce1790000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER FUNCTION read_secrets SET plan_cache_mode = force_generic_plan');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER FUNCTION read_secrets RESET plan_cache_mode');
  }
}
