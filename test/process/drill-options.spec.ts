import { describe, expect, it } from '@jest/globals';
import { runDrill } from './drill-run.js';

describe.each(['rolling', 'faults', 'kill', 'load', 'versions'])('drill:%s', (drill) => {
  it('explains itself', async () => {
    const { code, stdout, stderr } = await runDrill(drill, ['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`npm run drill:${drill}`);
  });

  it('refuses an option that it does not know, and says where they are listed', async () => {
    const { code, stdout, stderr } = await runDrill(drill, ['--nonsense']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/'--nonsense'[^]*--help/);
  });
});

describe('drill:versions', () => {
  it('says what to fetch where the older version is missing', async () => {
    const { code, stderr } = await runDrill('versions', ['--tag', 'v0.0.0-none', '--balancer', 'polling']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^There is no version v0\.0\.0-none here: git fetch --tags/),
    ]);
  });
});
