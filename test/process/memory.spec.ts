import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external } from './external.js';
import { service, type Program } from './program.js';

/** Is a tenth above what it takes, which is 126 to 131 MB. */
const MOST_BYTES = 144e6;

/**
 * Makes V8 keep no garbage of the start. With the young generation of production it keeps between 30 and 60 MB, depending
 * on when it last happened to collect, which would hide what the program itself keeps.
 */
const WITHOUT_GARBAGE = ['--optimize-for-size', '--max-semi-space-size=1'];

describe('a service that has nothing to do', () => {
  let database: TestDatabase;
  let program: Program;
  beforeAll(async () => {
    database = await cloneDatabase();
    program = service(external(database), WITHOUT_GARBAGE);
    await program.listening();
  });
  afterAll(async () => {
    await program.stop();
    await database.drop();
  });

  it('keeps no more memory than is documented', async () => {
    for (let tries = 0; program.residentBytes() >= MOST_BYTES && tries < 300; tries += 1) await sleep(100);
    expect(program.residentBytes()).toBeLessThan(MOST_BYTES);
  });
});
