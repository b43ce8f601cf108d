import { describe, expect, it } from '@jest/globals';
import { optionsOf } from '../../../bench/audit/options.js';

describe('what the benchmark of the audit trail is asked for', () => {
  it('is short with --quick, and what is given otherwise', () => {
    expect(optionsOf([])).toEqual({ rounds: 7, seconds: 5 });
    expect(optionsOf(['--quick'])).toEqual({ rounds: 3, seconds: 3 });
    expect(optionsOf(['--quick', '--rounds', '1', '--seconds', '2'])).toEqual({ rounds: 1, seconds: 2 });
    expect(optionsOf(['--help'])).toBeUndefined();
  });

  it.each([[['--rounds', '0']], [['--seconds', '1.5']], [['--secrets', '1']], [['more']]])(
    'refuses %j',
    (args) => {
      expect(() => optionsOf(args)).toThrow();
    },
  );
});
