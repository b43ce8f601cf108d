import { describe, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';

describe('docs/last-reads.md', () => {
  it('works as it says', () => runCookbook('docs/last-reads.md', new PageFolder().withStandIns()));
});
