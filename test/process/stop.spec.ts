import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external, HEADERS } from './external.js';
import { service, type Program } from './program.js';
import { until } from '../support/until.js';

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

  it('is told by readiness at once, and fails no request until the drain is over', async () => {
    program = service({ ...external(database), STRONGROOM_DRAIN_MS: '5000' });
    const url = await program.listening();
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await get(url, kept, '/health/ready')).headers.connection).toBe('keep-alive');
    program.signal('SIGTERM');
    await program.draining();
    for (let round = 0; round < 10; round += 1) {
      for (const agent of [kept, new Agent()]) {
        expect((await get(url, agent, '/health/ready')).statusCode).toBe(503);
        const { statusCode, headers } = await get(url, agent, '/api/v3/secrets');
        expect([statusCode, headers.connection]).toEqual([200, 'close']);
      }
    }
    expect((await program.ended).code).toBe(0);
    await expect(get(url, new Agent(), '/health/live')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    kept.destroy();
  });

  it('ends a start at once, with the code of the signal', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const { DATABASE_OWNER_URL: _, ...environment } = external(database);
    program = service({ ...environment, DATABASE_URL: `postgresql://u:p@127.0.0.1:${port}/d` });
    try {
      await Promise.race([once(silent, 'connection'), program.ended]);
      program.signal('SIGTERM');
      const { code, stderr } = await program.ended;
      expect(code).toBe(143);
      expect(stderr).toContain('SIGTERM: ended before the start was over');
    } finally {
      silent.close();
    }
  });

  it('of replicas in turn fails no request of clients that follow readiness', async () => {
    const environment = { ...external(database), STRONGROOM_DRAIN_MS: '3000' };
    const start = async () => {
      const replica = service(environment);
      return { replica, url: await replica.listening(), ready: true };
    };
    const balanced = [await start()];
    let [busy, answered] = [true, 0];
    const callers = Array.from({ length: 8 }, async () => {
      const agent = new Agent({ keepAlive: true });
      while (busy) {
        const [{ url } = { url: '' }] = balanced.filter(({ ready }) => ready);
        expect((await get(url, agent, '/api/v3/secrets')).statusCode).toBe(200);
        answered += 1;
      }
      agent.destroy();
    });
    for (let round = 0; round < 2; round += 1) {
      const old = balanced[0]!;
      program = old.replica;
      balanced.push(await start());
      program.signal('SIGTERM');
      await until(async () => {
        old.ready = (await get(old.url, new Agent(), '/health/ready')).statusCode === 200;
        return !old.ready;
      }, 100);
      expect((await program.ended).code).toBe(0);
      balanced.shift();
    }
    busy = false;
    await Promise.all(callers);
    expect(answered).toBeGreaterThan(20);
    program = balanced[0]!.replica;
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('on %s breaks no request off', async (signal) => {
    program = service({ ...external(database), STRONGROOM_DRAIN_MS: '1000' });
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

  it('does not keep a person at a terminal waiting', async () => {
    program = service({ ...external(database), STRONGROOM_DRAIN_MS: '300000' });
    await program.listening();
    program.signal('SIGINT');
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
