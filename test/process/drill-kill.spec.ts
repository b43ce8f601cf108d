import { describe, it } from '@jest/globals';
import { expectWell, LONGEST_MS, WITHOUT_PACKAGES } from './drill-run.js';

describe('drill:kill, in short', () => {
  it(
    'loses nothing acknowledged, and records each write once',
    () => expectWell('kill', `${WITHOUT_PACKAGES} --rounds 4 --replicas 2 --writes 20`),
    LONGEST_MS,
  );
});
