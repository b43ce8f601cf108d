import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external, HEADERS } from './external.js';
import { service, type Program } from './program.js';

describe('a stop', () => {
  let database: TestDatabase;
  let program: Program;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterEach(async () => {
    await program.stop();
  });
  afterAll(() => database.drop());

  function get(url: string, agent: Agent, path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      request(url + path, { agent, headers: HEADERS }, (answer) => {
        answer.resume().on('end', () => resolve(answer));
      })
        .on('error', reject)
        .end();
    });
  }

  it('takes no new connection, serves those that are kept, and says that they close', async () => {
    program = service({ ...external(database), STRONGROOM_DRAIN_MS: '5000' });
    const url = await program.listening();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await get(url, agent, '/health/live')).headers.connection).toBe('keep-alive');
    program.signal('SIGTERM');
    await program.draining();
    const response = await get(url, agent, '/health/live');
    expect([response.statusCode, response.headers.connection]).toEqual([200, 'close']);
    await expect(get(url, new Agent(), '/health/live')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect((await program.ended).code).toBe(0);
    agent.destroy();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('on %s breaks no request off', async (signal) => {
    program = service({ ...external(database), STRONGROOM_DRAIN_MS: '300' });
    const url = await program.listening();
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const all = () => Array.from({ length: 20 }, () => get(url, agent, '/api/v3/secrets'));
    await Promise.all(all());
    const asked = all();
    await Promise.race(asked);
    program.signal(signal);
    for (const answer of await Promise.all(asked)) expect(answer.statusCode).toBe(200);
    expect((await program.ended).code).toBe(0);
  });

  it('is at once with a second signal', async () => {
    program = service({ ...external(database), STRONGROOM_DRAIN_MS: '60000' });
    await program.listening();
    program.signal('SIGTERM');
    // Like npm, which forwards a signal that the terminal has already sent.
    program.signal('SIGTERM');
    await program.draining();
    await sleep(800);
    expect(program.running).toBe(true);
    program.signal('SIGTERM');
    expect((await program.ended).code).toBe(1);
  });
});
