import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { external } from './external.js';
import { Program, service, strongroomAdmin } from './program.js';

const REVOKED = /^\S+Z {2}FAILED {3}database: rights are missing: \S+ SELECT on tenants/;

describe('doctor --watch', () => {
  let database: TestDatabase;
  let watch: Program | undefined;
  beforeAll(async () => {
    database = await cloneDatabase();
    const first = service(external(database));
    await first.listening();
    await first.stop();
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    await database.asSuperuser(`GRANT SELECT ON tenants TO ${APP_ROLE}`);
    if (watch?.running === true) watch.signal('SIGKILL');
  });

  const start = (...options: string[]) => {
    watch = new Program(
      'cli/main.js',
      ['doctor', '--watch', '--interval', '1', ...options],
      external(database),
    );
    return watch;
  };
  const lines = () => watch!.stdout.trimEnd().split('\n').filter(Boolean);
  const untilLines = async (count: number) => {
    for (let attempt = 0; lines().length < count && attempt < 2_000; attempt += 1) await sleep(20);
    return lines();
  };
  const checks = async () => {
    const [row] = await database.asSuperuser<{ count: string }>(
      `SELECT count(*) FROM audit_events WHERE action = 'doctor'`,
    );
    return Number(row?.count);
  };
  const untilChecked = async (times: number) => {
    const before = await checks();
    while ((await checks()) < before + times) await sleep(20);
  };

  it('prints a line for what appears and what is gone, nothing while nothing changes, and ends with the last state', async () => {
    const { ended, signal } = bound(start());
    const [warning = '', ...others] = await untilLines(1);
    expect([warning, others]).toEqual([expect.stringMatching(/^\S+Z {2}(ok|warning) /), []]);
    await untilChecked(2);
    const quiet = lines().length;
    await database.asSuperuser(`REVOKE SELECT ON tenants FROM ${APP_ROLE}`);
    const broken = (await untilLines(quiet + 1)).slice(quiet);
    expect(broken).toEqual([expect.stringMatching(REVOKED)]);
    await database.asSuperuser(`GRANT SELECT ON tenants TO ${APP_ROLE}`);
    const mended = (await untilLines(quiet + 2)).slice(quiet + 1);
    expect(mended[0]).toMatch(/^\S+Z {2}gone {5}database: rights are missing/);
    signal('SIGINT');
    expect((await ended).code).toBe(0);
  });

  it('prints JSON lines, and ends with 1 while there is a problem', async () => {
    const { ended, signal } = bound(start('--json'));
    const [first = ''] = await untilLines(1);
    expect(JSON.parse(first)).toMatchObject({ healthy: true, gone: [] });
    await database.asSuperuser(`REVOKE SELECT ON tenants FROM ${APP_ROLE}`);
    const second = JSON.parse((await untilLines(2))[1]!) as { appeared: object[] };
    expect(second).toMatchObject({ healthy: false, time: expect.stringMatching(/Z$/), gone: [] });
    expect(second.appeared).toContainEqual({
      subject: 'database',
      state: 'failed',
      text: expect.stringContaining('rights are missing'),
    });
    signal('SIGTERM');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([1, '']);
  });

  it('prints only what is wrong, without times, where it is told to be quiet', async () => {
    const { ended, signal } = bound(start('--quiet'));
    await untilLines(1);
    await database.asSuperuser(`REVOKE SELECT ON tenants FROM ${APP_ROLE}`);
    await untilLines(2);
    signal('SIGINT');
    const { code, stdout } = await ended;
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^FAILED {3}database: rights are missing/m)]);
  });

  it('refuses an interval without --watch, and one of 0', async () => {
    expect(await strongroomAdmin(['doctor', '--interval', '5'], external(database))).toMatchObject({
      code: 2,
      stdout: '',
      stderr: '--interval is the pause of --watch: give both, or neither\n',
    });
    const { code, stderr } = await strongroomAdmin(
      ['doctor', '--watch', '--interval', '0'],
      external(database),
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining('whole number from 1 to 86400')]);
  });
});

const bound = (program: Program) => ({
  ended: program.ended,
  signal: (name: NodeJS.Signals) => program.signal(name),
});
