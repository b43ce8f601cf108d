import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pipelined } from '../../support/pipelined.js';
import { atOnce, startHttpLayer, type HttpLayerApp } from './http-layer-app.js';
import { RawConnection } from './raw-connection.js';
import { until } from '../../support/until.js';

const headers = { Authorization: 'Basic eDp5' };

describe('requests of one connection', () => {
  let layer: HttpLayerApp;
  beforeAll(async () => {
    layer = await startHttpLayer('warn');
  });
  beforeEach(async () => {
    await until(() => atOnce.running === 0);
    atOnce.most = 0;
  });
  afterAll(() => layer.app.close());

  const slow = { path: '/things/slow', headers };
  const change = { method: 'PUT', path: '/things/a', headers, body: '{"value":"x"}' };
  const read = { path: '/things/b', headers };

  it('are under way one after the other, and all are answered', async () => {
    const answers = await pipelined(
      layer.url,
      Array.from({ length: 70 }, () => slow),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(atOnce.most).toBe(1);
  });

  it('are answered in their order', async () => {
    const log: string[] = [];
    const { server } = layer.app.getHttpAdapter().getInstance();
    const note = (request: { url?: string }, response: NodeJS.EventEmitter) => {
      response.once('close', () => log.push(String(request.url)));
    };
    server.on('request', note);
    const answers = await pipelined(layer.url, [slow, change, read, slow, change]);
    server.off('request', note);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(log).toEqual(
      ['/things/slow', '/things/a', '/things/b', '/things/slow', '/things/a'].slice(0, log.length),
    );
    expect(atOnce.most).toBe(1);
  });

  it('may wait in any number for the same change', async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error) => warnings.push(name);
    process.on('warning', note);
    const answers = await pipelined(layer.url, [slow, change, ...Array.from({ length: 50 }, () => read)]);
    await wait(10);
    process.off('warning', note);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(warnings).toEqual([]);
  });

  it('are no longer taken while many are not answered', async () => {
    const { server } = layer.app.getHttpAdapter().getInstance();
    let taken = 0;
    const count = () => (taken += 1);
    server.on('request', count);
    const connection = await RawConnection.to(layer.port);
    connection.send(
      'GET /things/slow HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\n\r\n'.repeat(20_000),
    );
    await wait(1_500);
    server.off('request', count);
    connection.destroy();
    expect(taken).toBeGreaterThan(64);
    expect(taken).toBeLessThan(2_000);
  });

  it('do not begin when the connection has ended by then', async () => {
    const connection = await RawConnection.to(layer.port);
    connection.send('GET /things/slow HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\n\r\n'.repeat(48));
    await until(() => atOnce.running > 0);
    connection.destroy();
    await wait(1_000);
    expect([atOnce.running, atOnce.most]).toEqual([0, 1]);
  });
});
