import { describe, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';

describe('docs/change-feed.md', () => {
  it('works as it says', () => runCookbook('docs/change-feed.md', new PageFolder().withStandIns()));
});
