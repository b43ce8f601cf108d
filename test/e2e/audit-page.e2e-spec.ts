import { describe, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';

describe('docs/audit.md', () => {
  it('works as it says', () => runCookbook('docs/audit.md', new PageFolder().withStandIns()));
});
