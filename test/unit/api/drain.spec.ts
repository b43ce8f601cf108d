import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { Drain } from '../../../src/api/http/drain.js';
import { startHttpLayer, type HttpLayerApp } from './http-layer-app.js';

interface Kept {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('Drain', () => {
  let layer: HttpLayerApp;
  let agent: Agent;
  beforeEach(async () => {
    layer = await startHttpLayer();
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(() => agent.destroy());

  const get = (path: string, by: Agent | false = agent): Promise<Kept> =>
    new Promise((resolve, reject) => {
      const headers = { Authorization: 'Basic eDp5' };
      const outgoing = request(
        { host: '127.0.0.1', port: layer.port, path, agent: by, headers },
        (incoming) => {
          let body = '';
          incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
          );
        },
      );
      outgoing.on('error', reject).end();
    });
  /** Sends a slow request, and waits until the service has begun to handle it. */
  async function begun(): Promise<{ readonly slow: Promise<Kept> }> {
    const arrived = once(layer.app.getHttpServer(), 'request');
    const slow = get('/things/slow');
    await arrived;
    return { slow };
  }
  const stop = (waitMilliseconds: number, deadlineMilliseconds = 3_600_000) =>
    layer.app.get(Drain).stop(layer.app, { waitMilliseconds, deadlineMilliseconds, quietMilliseconds: 50 });

  it('is not ready at once, and serves kept and new connections until the wait is over', async () => {
    const before = await get('/things/a');
    expect(before.headers.connection).toBe('keep-alive');
    expect((await get('/health/ready')).status).toBe(200);
    const stopped = stop(2_000);
    for (const by of [agent, false] as const) {
      const ready = await get('/health/ready', by);
      expect([ready.status, ready.headers.connection]).toEqual([503, 'close']);
      expect(JSON.parse(ready.body)).toMatchObject({ error_code: 'unavailable', server_traceback: null });
      const during = await get('/things/a', by);
      expect([during.status, during.headers.connection]).toEqual([200, 'close']);
    }
    await stopped;
    await expect(get('/things/a', false)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(layer.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('finishes what it has begun, also after the wait', async () => {
    const { slow } = await begun();
    const stopped = stop(20);
    const answer = await slow;
    expect(answer).toMatchObject({ status: 200, body: '{"slow":true}' });
    expect(answer.headers.connection).toBe('close');
    await stopped;
  });

  it('cuts off what is not done by the deadline', async () => {
    const { slow } = await begun();
    const cut = expect(slow).rejects.toMatchObject({ code: 'ECONNRESET' });
    await stop(0, 10);
    await cut;
  });

  it('lets go of idle connections, without a wait for the deadline', async () => {
    await get('/things/a');
    await expect(stop(0)).resolves.toBeUndefined();
  });

  it.each(['', 'GET /things/a HTTP/1.1\r\nHo'])(
    'lets go of a connection on which only %j has come, without a wait for the deadline',
    async (sent) => {
      const socket = connect(layer.port, '127.0.0.1').on('error', () => undefined);
      const closed = once(socket, 'close');
      const accepted = once(layer.app.getHttpServer(), 'connection');
      await once(socket, 'connect');
      socket.write(sent);
      await accepted;
      await stop(0);
      await closed;
    },
  );
});
