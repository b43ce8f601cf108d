import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../../bin/builder/ensure-built.js';

const PROCESSES = 'test/process';

/** Creates the directory for the PostgreSQL server of this run; the first test file that needs the server starts it. */
export default async function globalSetup({ testPathPatterns: { patterns } }) {
  process.env.TEST_POSTGRES_DIRECTORY = mkdtempSync(join(tmpdir(), 'strongroom-tests-'));
  // The tests in test/process start what a user would start.
  if (patterns.length === 0 || patterns.some((pattern) => pattern.includes(PROCESSES))) await ensureBuilt();
}
