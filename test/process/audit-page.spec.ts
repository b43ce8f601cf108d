import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';
import type { Strongroom } from '../support/strongroom.js';

/** Makes the service begin a new epoch of each log, as after a restore. */
const restore = (room: Strongroom) =>
  room.database.asSuperuser(`UPDATE installation SET incarnation = 'another'`);

describe('docs/audit.md', () => {
  it.each([
    ['the first epoch', undefined],
    ['an epoch after a restore', restore],
  ])('works as it says in %s, and both verifiers prove what the service exports', async (_epoch, prepare) => {
    const folder = new PageFolder().withStandIns();
    folder.withAdmin(join(folder.path, '.bin', 'strongroom-admin'));
    copyFileSync('docs/verify-audit.mjs', join(folder.path, 'verify-audit.mjs'));
    await runCookbook('docs/audit.md', folder, { prepare });
  });
});
