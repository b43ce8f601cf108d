import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROCESSES = 'test/process';

/** Creates the directory for the PostgreSQL server of this run; the first test file that needs the server starts it. */
export default function globalSetup({ testPathPatterns: { patterns } }) {
  process.env.TEST_POSTGRES_DIRECTORY = mkdtempSync(join(tmpdir(), 'strongroom-tests-'));
  if (patterns.length === 0 || patterns.some((pattern) => pattern.includes(PROCESSES))) build();
}

/** Builds the program, since the tests in test/process start what a user would start. */
function build() {
  const { status, stdout, stderr } = spawnSync(join('node_modules', '.bin', 'nest'), ['build'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`);
}
