import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ALL_FAILURES, findIdentities, ONE_FAILURE } from './identities-function.js';

const FUNCTIONS = ['find_identities', 'read_secrets'];
const SETTINGS = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'];

/**
 * Both functions of the hot path find each of their few rows by an index, whatever the statistics say. A table of a
 * hundred users looks so small that reading all of it for each question seems cheaper, and one that has grown since it
 * was last looked at still looks as it did.
 */
export class LookUpByIndex1790000000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(findIdentities(ONE_FAILURE));
    await runner.query(alter((setting) => `SET ${setting} = off`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(alter((setting) => `RESET ${setting}`));
    await runner.query(findIdentities(ALL_FAILURES));
  }
}

function alter(change: (setting: string) => string): string {
  return FUNCTIONS.map((name) => `ALTER FUNCTION ${name} ${SETTINGS.map(change).join(' ')};`).join('\n');
}
