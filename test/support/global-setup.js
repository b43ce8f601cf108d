import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One directory for the PostgreSQL of this run; the first test file that needs the server starts it there. */
export default function globalSetup() {
  process.env.TEST_POSTGRES_DIRECTORY = mkdtempSync(join(tmpdir(), 'strongroom-tests-'));
}
