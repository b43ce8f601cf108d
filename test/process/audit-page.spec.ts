import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';

describe('docs/audit.md', () => {
  it('works as it says, and both verifiers prove what the service exports', async () => {
    const folder = new PageFolder().withStandIns();
    folder.withAdmin(join(folder.path, '.bin', 'strongroom-admin'));
    copyFileSync('docs/verify-audit.mjs', join(folder.path, 'verify-audit.mjs'));
    await runCookbook('docs/audit.md', folder);
  });
});
