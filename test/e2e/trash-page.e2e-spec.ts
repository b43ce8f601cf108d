import { describe, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';

describe('docs/trash.md', () => {
  it('works as it says', () => runCookbook('docs/trash.md', new PageFolder().withStandIns()));
});
