import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external, HEADERS } from './external.js';
import { Program, service } from './program.js';
import { until } from '../support/until.js';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe('a program whose output nobody reads any more', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  it('goes on, if it is the service, and ends in order', async () => {
    const port = await freePort();
    const environment = { ...external(database), PORT: String(port), STRONGROOM_LOG_LEVEL: 'debug' };
    const program = service(environment).stopReading();
    const url = `http://127.0.0.1:${port}`;
    const isLive = () =>
      fetch(`${url}/health/live`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(async () => (await isLive()) || !program.running);
    expect(program.running).toBe(true);
    for (let round = 0; round < 3; round += 1) {
      // Each is logged, and the log is written a tenth of a second later.
      expect((await fetch(`${url}/api/v3/secrets`, { headers: HEADERS })).status).toBe(200);
      await sleep(300);
    }
    expect((await program.stop()).code).toBe(0);
  });

  it('does its work, if it is a command', async () => {
    const create = new Program('cli/main.js', ['tenant', 'create', 'unread'], external(database));
    expect((await create.stopReading().ended).code).toBe(0);
    const again = new Program('cli/main.js', ['tenant', 'create', 'unread'], external(database));
    expect(await again.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('unread') });
  });
});
