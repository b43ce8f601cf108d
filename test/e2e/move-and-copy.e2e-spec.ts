import { describe, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';

describe('docs/move-and-copy.md', () => {
  it('works as it says', () => runCookbook('docs/move-and-copy.md', new PageFolder().withStandIns()));
});
