import { describe, it } from '@jest/globals';
import { expectWell, LONGEST_MS, WITHOUT_PACKAGES } from './drill-run.js';

describe('drill:versions, in short', () => {
  it(
    'lets neighbouring versions run side by side, in both orders',
    () => expectWell('versions', `${WITHOUT_PACKAGES} --next --seconds 1 --slow-machine`),
    LONGEST_MS,
  );
});
