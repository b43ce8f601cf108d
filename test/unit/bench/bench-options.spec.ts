import { describe, expect, it } from '@jest/globals';
import { NAMES, QUICK, seriesOf } from '../../../bench/series.js';
import type { Stage } from '../../../bench/stage.js';
import { optionsOf } from '../../../bench/bench-options.js';

describe('what the benchmark is asked for', () => {
  it('is all series, three times, unless told otherwise', () => {
    expect(optionsOf([])).toEqual({ quick: false, secrets: 100_000, rounds: 3, seconds: 2, only: NAMES });
    expect(optionsOf(['--quick'])).toMatchObject({ quick: true, rounds: 5, only: QUICK });
    const some = optionsOf(['--quick', '--rounds', '1', '--only', 'list,mix']);
    expect(some).toMatchObject({ quick: true, rounds: 1, only: ['list', 'mix'] });
  });

  it('is the usage where that is asked for', () => {
    expect(optionsOf(['--help', '--quick'])).toBeUndefined();
  });

  it.each([
    [['--only', 'list,nope'], 'There is no series "nope": it is one of bare, select'],
    [['--rounds', '0'], '--rounds must be a whole number above 0'],
    [['--secrets', '1e3'], '--secrets must be a whole number above 0'],
    [['--seconds', '1.5'], '--seconds must be a whole number above 0'],
    [['--slow'], "Unknown option '--slow'"],
    [['--json', '/no/such/folder/f.json'], '--json cannot be written: ENOENT'],
    [['--chart', '/'], '--chart cannot be written: EISDIR'],
  ])('is refused before anything is started: %j', (args, problem) => {
    expect(() => optionsOf(args)).toThrow(problem);
  });

  it('knows the name of each series that there is', () => {
    const stage = { callers: [{ basic: {}, token: {} }], secretsOfTenant: 10 };
    expect(seriesOf(stage as unknown as Stage).map(({ name }) => name)).toEqual(NAMES);
  });
});
