import { describe, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';

describe.each(['docs/expiry.md', 'docs/labels.md'])('%s', (page) => {
  it('works as it says', () => runCookbook(page, new PageFolder().withStandIns()));
});
