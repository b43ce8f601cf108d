import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManagerConnection } from '../../../src/cli/cloudify/manager-connection.js';

describe('the connection to a manager', () => {
  let server: Server;
  const told: string[] = [];
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    told.splice(0);
  });

  async function get(answer: RequestListener, patience: { reportEvery: number; giveUpAfter: number }) {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const access = { url, credentials: {}, tenant: 'default_tenant', ca: undefined, insecure: false };
    const connection = new ManagerConnection(access, (line) => told.push(line), patience);
    return connection.get(new URL('/api/v3.1/tenants', url));
  }

  it('tells that a manager is silent, and gives it up', async () => {
    const silent = get(() => undefined, { reportEvery: 100, giveUpAfter: 2_000 });
    await expect(silent).rejects.toThrow(/^The manager at .* cannot be read: it was silent for 2 seconds$/);
    expect(told[0]).toMatch(
      /^no answer to GET \/api\/v3\.1\/tenants for \d+ s; given up after 2 s of silence$/,
    );
  });

  it('gives up an answer that stops', async () => {
    const stopping = get((_, response) => void response.write('['), { reportEvery: 100, giveUpAfter: 2_000 });
    await expect(stopping).rejects.toThrow(/silent for 2 seconds/);
    expect(told.at(-1)).toMatch(/^0\.0 MB of GET /);
  });

  it('waits for one that keeps answering, and tells how far it is', async () => {
    const slow = get(
      (_, response) => {
        let parts = 0;
        const timer = setInterval(() => {
          response.write('x'.repeat(100_000));
          parts += 1;
          if (parts === 20) response.end();
          if (parts === 20) clearInterval(timer);
        }, 100);
      },
      { reportEvery: 50, giveUpAfter: 20_000 },
    );
    expect((await slow).body.toString()).toHaveLength(2_000_000);
    expect(told.some((line) => /^\d\.\d MB of GET /.test(line))).toBe(true);
    const before = told.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(told).toHaveLength(before);
  });
});
