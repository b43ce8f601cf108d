import { describe, it } from '@jest/globals';
import { expectWell, LONGEST_MS, WITHOUT_PACKAGES } from './drill-run.js';

/** Leaves out what needs root or a package, and some of what other tests show. */
const FAULTS = 'stopped,killed,frozen,connections,pool,password,cut-one,short-hole';

describe('drill:faults, in short', () => {
  it(
    'fails requests honestly only, and ends without a hand',
    () =>
      expectWell('faults', `${WITHOUT_PACKAGES} --only ${FAULTS} --seconds 1 --limit 20 --metrics /dev/null`),
    LONGEST_MS,
  );
});
