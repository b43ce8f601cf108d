import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send } from '../../support/http-client.js';
import { startHttpLayer, type HttpLayerApp } from './http-layer-app.js';
import { rawRequest } from './raw-request.js';

const SOMEBODY = { Authorization: 'Basic eDp5' };

describe('answers to every request', () => {
  let layer: HttpLayerApp;
  beforeAll(async () => {
    layer = await startHttpLayer();
  });
  afterAll(() => layer.app.close());

  const get = (path: string, headers: Record<string, string> = SOMEBODY) =>
    send(layer.url, { path, headers });

  describe('what is not HTTP', () => {
    it.each([
      ['NONSENSE\r\n\r\n', 400, 'bad_parameters_error'],
      ['BREW /things HTTP/1.1\r\nHost: x\r\n\r\n', 501, 'method_not_allowed'],
      ['TRACK /nowhere HTTP/1.0\r\n\r\n', 501, 'method_not_allowed'],
      ['CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n', 501, 'method_not_allowed'],
      ['BREW things HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_parameters_error'],
      [`GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(1_000_000)}\r\n\r\n`, 431, 'too_large'],
      ['GET /things HTTP/1.1\r\n\r\n', 400, 'bad_parameters_error'],
      ['PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400, 'bad_parameters_error'],
      [
        'PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        400,
        'bad_parameters_error',
      ],
    ])('is refused in the same shape (%#)', async (bytes, status, code) => {
      const text = await rawRequest(layer.port, bytes);
      expect(text.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
      expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))).toMatchObject({
        error_code: code,
        server_traceback: null,
      });
      expect(text).toMatch(/x-request-id: [0-9a-f-]{36}/i);
      expect(text).toMatch(/cache-control: no-store/i);
    });
  });

  describe('the id of a request', () => {
    it.each(['my-request.1', 'a:b_c', 'x'.repeat(128)])('is taken: %s', async (id) => {
      for (const path of ['/things/a', '/nowhere', '/things/%zz']) {
        expect((await get(path, { ...SOMEBODY, 'X-Request-Id': id })).headers['x-request-id']).toBe(id);
      }
    });

    it.each(['', 'with space', 'x'.repeat(129), '<b>', 'a,b', 'é'])('is given instead of %j', async (id) => {
      const answer = await get('/things/a', { ...SOMEBODY, 'X-Request-Id': id });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}$/);
    });
  });

  describe('failures', () => {
    it('tell their id and nothing else, and are logged once', async () => {
      const answer = await get('/things/fails', { ...SOMEBODY, 'X-Request-Id': 'failed-1' });
      expect(answer.status).toBe(500);
      expect(answer.body).toEqual({
        message: 'Internal error; request id failed-1',
        error_code: 'internal_server_error',
        server_traceback: null,
      });
      const lines = layer.logs.filter(
        ({ requestId, level }) => requestId === 'failed-1' && level === 'error',
      );
      expect(lines).toHaveLength(1);
      expect(lines[0]).toHaveProperty('err.message', 'canary-of-a-failure');
    });

    it('of a file are no failures of the database, whose errors of the network have the same codes', async () => {
      const answer = await get('/things/no-file', { ...SOMEBODY, 'X-Request-Id': 'failed-file' });
      expect(answer.status).toBe(500);
      expect(answer.body.error_code).toBe('internal_server_error');
      expect(answer.text).not.toContain('canary');
      const [line] = layer.logs.filter(
        ({ requestId, level }) => requestId === 'failed-file' && level === 'error',
      );
      expect(line).toMatchObject({ err: { code: 'ENOENT', stack: expect.stringMatching(/ at .*:\d+/) } });
      expect(line).not.toHaveProperty('reason');
    });

    it('of the database ask to come again', async () => {
      const answer = await get('/things/no-database', { ...SOMEBODY, 'X-Request-Id': 'failed-2' });
      expect(answer.status).toBe(503);
      expect(answer.body.error_code).toBe('unavailable');
      expect(answer.body.message).toContain('failed-2');
      expect(answer.headers['retry-after']).toMatch(/^\d+$/);
      expect(answer.text).not.toContain('canary');
    });

    it('of the caller are not failures', async () => {
      const before = layer.logs.filter(({ level }) => level === 'error').length;
      await rawRequest(layer.port, 'PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"va', 50);
      await get('/nowhere');
      expect(layer.logs.filter(({ level }) => level === 'error')).toHaveLength(before);
    });
  });

  describe('the trace of a caller', () => {
    const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
    const linesWith = async (path: string, headers: Record<string, string>) => {
      const id = `traced-${layer.logs.length}`;
      await get(path, { ...SOMEBODY, 'X-Request-Id': id, ...headers });
      return layer.logs.filter(({ requestId }) => requestId === id);
    };

    it('is named in each line of the request', async () => {
      const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;
      for (const [path, lines] of [
        ['/things/a', 1],
        ['/things/%zz', 1],
        ['/things/fails', 2],
      ] as const) {
        const written = await linesWith(path, { traceparent });
        expect(written).toHaveLength(lines);
        for (const line of written) expect(line.traceId).toBe(TRACE);
      }
    });

    it('is not in the answer, for which the recommendation has no header', async () => {
      const { headers } = await get('/things/a', {
        ...SOMEBODY,
        traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
      });
      expect(JSON.stringify(headers)).not.toContain(TRACE);
    });

    it.each(['nonsense', `00-${TRACE}-0000000000000000-01`, ''])(
      'is ignored where its header is %j',
      async (traceparent) => {
        const lines = await linesWith('/things/a', { traceparent });
        expect(lines).toHaveLength(1);
        expect(lines[0]).not.toHaveProperty('traceId');
      },
    );
  });

  it('logs one line a request, with the pattern of the route', async () => {
    const id = 'logged-1';
    await get('/things/secret-name?_a=canary', { ...SOMEBODY, 'X-Request-Id': id });
    await get('/health/live', { 'X-Request-Id': 'probe-1' });
    const lines = layer.logs.filter(({ requestId }) => requestId === id);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      method: 'GET',
      route: '/things/:key',
      path: '/things/secret-name',
      key: 'secret-name',
      status: 200,
      ms: expect.any(Number),
      bytes: expect.any(Number),
      source: '127.0.0.1',
    });
    expect(JSON.stringify(layer.logs)).not.toMatch(/_a=|eDp5/);
    expect(layer.logs.filter(({ requestId }) => requestId === 'probe-1')).toEqual([]);
  });
});

describe('logging turned down', () => {
  it('keeps failures only', async () => {
    const layer = await startHttpLayer('warn');
    try {
      await send(layer.url, { path: '/things/a', headers: SOMEBODY });
      await send(layer.url, { path: '/things/fails', headers: SOMEBODY });
      expect(layer.logs.map(({ level }) => level)).toEqual(['error']);
    } finally {
      await layer.app.close();
    }
  });
});
