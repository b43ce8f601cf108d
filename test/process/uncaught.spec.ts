import { Agent, request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external, HEADERS } from './external.js';
import { service, type Program } from './program.js';
import { until } from '../support/until.js';

const THROWER = join(import.meta.dirname, 'throw-on-signal.mjs');

describe('an error that nothing caught', () => {
  let database: TestDatabase;
  let program: Program;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterEach(() => program.stop());
  afterAll(() => database.drop());

  function list(url: string, agent: Agent): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      request(`${url}/api/v3/secrets`, { agent, headers: HEADERS }, (answer) => {
        answer.resume().on('end', () => resolve(answer));
      })
        .on('error', reject)
        .end();
    });
  }

  it.each([
    ['SIGUSR2', 'uncaughtException', { type: 'Error', message: 'thrown outside of any request' }],
    ['SIGHUP', 'unhandledRejection', { type: 'string' }],
  ] as const)('on %s is one line of the log, and the service ends in order', async (signal, origin, err) => {
    const drain = { STRONGROOM_DRAIN_MS: '5000', NODE_OPTIONS: `--import=${THROWER}` };
    program = service({ ...external(database), ...drain });
    const url = await program.listening();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await list(url, agent)).headers.connection).toBe('keep-alive');
    program.signal(signal);
    await until(() => program.stderr.includes('"level":"fatal"'), 5);
    // A second error is of no further interest.
    program.signal(signal);
    const answer = await list(url, agent);
    expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
    expect((await program.ended).code).toBe(1);
    agent.destroy();
    const lines = program.stderr.trim().split('\n');
    const fatal = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ level }) => level === 'fatal');
    expect(fatal).toEqual([expect.objectContaining({ origin, err: expect.objectContaining(err) })]);
    expect(program.stderr).not.toContain('the-value-of-a-secret');
  });
});
