import { describe, it } from '@jest/globals';
import { expectWell, LONGEST_MS } from './drill-run.js';

describe('drill:rolling, in short', () => {
  it(
    'fails no request',
    () => expectWell('rolling', '--postgres embedded --balancers polling --rounds 1 --slow-machine'),
    LONGEST_MS,
  );
});
