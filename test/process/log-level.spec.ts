import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external } from './external.js';
import { linesOf } from './log-lines.js';
import { Program, service } from './program.js';

describe('SIGUSR2', () => {
  let database: TestDatabase;
  let program: Program;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterEach(() => program.stop());
  afterAll(() => database.drop());

  const messages = (): unknown[] => linesOf(program).map(({ msg }) => msg);
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  async function change(expected: string): Promise<void> {
    const before = messages().length;
    program.signal('SIGUSR2');
    await until(() => messages().slice(before).includes(expected));
  }
  /** Counts the lines of probes, which are written at `debug` only. */
  const probes = (): number => linesOf(program).filter(({ path }) => path === '/health/live').length;

  const start = (file: string, level: string): Program =>
    new Program(file, [], {
      PORT: '0',
      STRONGROOM_DRAIN_MS: '0',
      ...external(database),
      STRONGROOM_LOG_LEVEL: level,
    });

  it.each([
    ['main.js', 'info'],
    // What `npm start` runs.
    [`${process.cwd()}/bin/start.js`, 'warn'],
  ])('raises the level of %s from its configured one and sets it back', async (file, level) => {
    program = start(file, level);
    const url = await program.listening();
    const probe = () => fetch(`${url}/health/live`);
    const [up, down] = [
      `SIGUSR2: the level of the log is debug; another SIGUSR2 sets it back to ${level}`,
      `SIGUSR2: the level of the log is ${level} again`,
    ];
    await probe();
    await change(up);
    await probe();
    await until(() => probes() === 1);
    await change(down);
    await probe();
    await change(up);
    await probe();
    await until(() => probes() === 2);
    expect((await program.stop()).code).toBe(0);
  });

  it.each([
    ['debug', 'SIGUSR2: the level of the log is trace; another SIGUSR2 sets it back to debug'],
    ['trace', 'SIGUSR2: the level of the log is trace already'],
    ['silent', 'SIGUSR2: the level of the log is debug; another SIGUSR2 sets it back to silent'],
  ])('says what it does where the level is %s', async (level, line) => {
    program = start('main.js', level);
    await program.listening();
    await change(line);
  });

  it('leaves SIGUSR1 to the debugger of Node.js', async () => {
    program = service(external(database));
    await program.listening();
    program.signal('SIGUSR1');
    await until(() => program.stderr.includes('Debugger listening'));
    expect(program.running).toBe(true);
  });
});
