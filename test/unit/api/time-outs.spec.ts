import { afterEach, describe, expect, it } from '@jest/globals';
import { startHttpLayer, type HttpLayerApp } from './http-layer-app.js';
import { RawConnection } from './raw-connection.js';
import type { HttpAdapterOptions } from '../../../src/api/http/http-adapter.js';

const AUTHORIZED = 'Host: x\r\nAuthorization: Basic eDp5\r\n';
const PUT = `PUT /things/a HTTP/1.1\r\n${AUTHORIZED}Content-Type: application/json\r\n`;

describe('the time-outs of a connection', () => {
  let layer: HttpLayerApp;
  let connection: RawConnection;
  afterEach(async () => {
    connection.destroy();
    await layer.app.close();
  });

  async function open(times: Partial<HttpAdapterOptions>): Promise<void> {
    layer = await startHttpLayer('warn', [], 1_000_000, times);
    connection = await RawConnection.to(layer.port);
  }

  it('tell clients how long an idle connection is kept', async () => {
    await open({ keepAliveMilliseconds: 620_000 });
    connection.send(`GET /things/a HTTP/1.1\r\n${AUTHORIZED}\r\n`);
    expect(await connection.until(/\r\n\r\n\{/)).toMatch(/^keep-alive: timeout=620\r$/im);
  });

  it('close an idle connection', async () => {
    await open({ keepAliveMilliseconds: 1_000 });
    connection.send(`GET /things/a HTTP/1.1\r\n${AUTHORIZED}\r\n`);
    expect(await connection.until(/\r\n\r\n\{/)).toMatch(/^HTTP\/1\.1 200 /);
    await connection.closed();
  });

  it('end headers that do not arrive', async () => {
    await open({ headersMilliseconds: 1_000 });
    connection.send(`GET /things/a HTTP/1.1\r\n${AUTHORIZED}`);
    const answer = await connection.until(/\}$/);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await connection.closed();
  });

  it('end a body that pauses, and say for how long it may', async () => {
    await open({ bodyStallMilliseconds: 1_000 });
    connection.send(`${PUT}Content-Length: 100\r\n\r\n{"value": "x`);
    const answer = await connection.until(/\}$/);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('without pauses of 1 seconds');
    await connection.closed();
  });

  it('end a body that takes longer than the whole may, although it keeps arriving', async () => {
    await open({ bodyMilliseconds: 2_000 });
    connection.send(`${PUT}Content-Length: 1000000\r\n\r\n{"value": "`);
    const sending = setInterval(() => connection.send('x'.repeat(1_000)), 50);
    try {
      const answer = await connection.until(/\}$/);
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toContain('within 2 seconds');
    } finally {
      clearInterval(sending);
    }
  });
});
