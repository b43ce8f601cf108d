import { describe, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';

describe('docs/compare-and-set.md', () => {
  it('works as it says', () => runCookbook('docs/compare-and-set.md', new PageFolder().withStandIns()));
});
