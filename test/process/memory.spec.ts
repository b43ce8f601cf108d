import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external } from './external.js';
import { service, type Program } from './program.js';

/** The documented limit. It takes about 154 MB, of which up to 38 MB are garbage of the start that V8 retains. */
const MOST_BYTES = 165e6;

describe('a service that has nothing to do', () => {
  let database: TestDatabase;
  let program: Program;
  beforeAll(async () => {
    database = await cloneDatabase();
    program = service({ ...external(database), NODE_OPTIONS: '--max-semi-space-size=32' });
    await program.listening();
  });
  afterAll(async () => {
    await program.stop();
    await database.drop();
  });

  it('stays below the documented limit', async () => {
    for (let tries = 0; program.residentBytes() >= MOST_BYTES && tries < 300; tries += 1) await sleep(100);
    expect(program.residentBytes()).toBeLessThan(MOST_BYTES);
  });
});
