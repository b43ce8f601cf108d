import { expect, it } from '@jest/globals';
import { supervise } from '../../../src/database/embedded/supervision.js';
import { until } from '../../support/until.js';

it('says once why the embedded server does not start again, however often that is tried', async () => {
  const lines: string[] = [];
  let pid = 100;
  const launch = () =>
    Promise.reject(new Error(`[${(pid += 1)}] FATAL: could not write: No space left on device`));
  const stop = supervise({
    server: undefined,
    isAbsent: () => Promise.resolve(true),
    launch,
    onProgress: (line) => lines.push(line),
  });
  await until(() => pid >= 103);
  expect(lines).toEqual([
    'the embedded PostgreSQL has ended; starting it again',
    expect.stringMatching(/No space left on device$/),
  ]);
  await stop();
});
