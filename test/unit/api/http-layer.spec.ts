import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { send, type Answer, type Call } from '../../support/http-client.js';
import { MAX_VALUE_BYTES, startHttpLayer, type HttpLayerApp } from './http-layer-app.js';

const SOMEBODY = { Authorization: 'Basic eDp5' };
const JSON_TYPE = { 'Content-Type': 'application/json' };

describe('the HTTP layer', () => {
  let layer: HttpLayerApp;
  beforeAll(async () => {
    layer = await startHttpLayer();
  });
  afterAll(() => layer.app.close());

  const call = (call: Call): Promise<Answer> => send(layer.url, call);
  const get = (path: string, headers: Record<string, string> = SOMEBODY) => call({ path, headers });
  const put = (body: string | Buffer, headers: Record<string, string> = { ...SOMEBODY, ...JSON_TYPE }) =>
    call({ method: 'PUT', path: '/things/a', headers, body });

  function expectRefusal(answer: Answer, status: number, code: string): void {
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ message: expect.any(String), error_code: code, server_traceback: null });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  }

  describe('addresses', () => {
    it.each([
      ['/nowhere', 404],
      ['/', 404],
      ['/things/', 404],
      ['/things//a', 404],
      ['//things', 404],
      ['/things/a/', 404],
      ['/things/a/b', 404],
      ['/things/a%2Fb', 404],
      ['/things/a%2fb', 404],
      ['/%2fthings', 404],
      ['/Things/a', 404],
    ])('knows nothing at %s', async (path, status) => {
      expectRefusal(await get(path), status, 'not_found_error');
      expectRefusal(await get(path, {}), status, 'not_found_error');
    });

    it.each(['a', 'a%252Fb', 'a.b', 'a%5Cb', 'a;b', '%C3%A9', 'x'.repeat(2_000)])('routes the key %s', async (key) => {
      const answer = await get(`/things/${key}`);
      expect(answer.status).toBe(200);
      expect(answer.body.key).toBe(decodeURIComponent(key));
    });

    it('is found by an absolute address too', async () => {
      expect((await get(`${layer.url}/things/a`)).status).toBe(200);
    });

    it('refuses a parameter of more than 2,000 characters', async () => {
      expectRefusal(await get(`/things/${'x'.repeat(2_001)}`), 414, 'uri_too_long');
    });

    it.each(['/things/%zz', '/things/%C3', '/things/%'])('refuses the malformed escape of %s', async (path) => {
      expectRefusal(await get(path), 400, 'bad_parameters_error');
    });

    it('says nothing of the address in its refusals', async () => {
      for (const path of ['/canary', '/things/%zzcanary', `/things/canary${'x'.repeat(2_001)}`, '/things?canary=1&x']) {
        const { text } = await get(path);
        if (!path.includes('?')) expect(text).not.toContain('canary');
      }
    });
  });

  describe('methods', () => {
    it.each([
      ['POST', '/things', 'GET, HEAD'],
      ['POST', '/things/a', 'DELETE, GET, HEAD, PUT'],
      ['OPTIONS', '/things/a', 'DELETE, GET, HEAD, PUT'],
      ['TRACE', '/things/a', 'DELETE, GET, HEAD, PUT'],
      ['PROPFIND', '/things/a', 'DELETE, GET, HEAD, PUT'],
      ['SEARCH', '/things', 'GET, HEAD'],
      ['DELETE', '/health/live', 'GET, HEAD'],
      ['POST', '/api/docs', 'GET, HEAD'],
    ])('refuses %s %s', async (method, path, allow) => {
      const answer = await call({ method, path, headers: SOMEBODY });
      expectRefusal(answer, 405, 'method_not_allowed');
      expect(answer.headers.allow).toBe(allow);
    });

    it('does not find what is not there by other methods either', async () => {
      expectRefusal(await call({ method: 'OPTIONS', path: '/nowhere' }), 404, 'not_found_error');
      expectRefusal(await call({ method: 'POST', path: '/things/a%2Fb' }), 404, 'not_found_error');
    });

    it('answers HEAD as GET without the body', async () => {
      const answer = await call({ method: 'HEAD', path: '/things/a', headers: SOMEBODY });
      expect(answer).toMatchObject({ status: 200, text: '' });
      expect(answer.headers['content-length']).toBe(String((await get('/things/a')).text.length));
    });

    it.each([
      ['/things/a', {}, 401],
      ['/nowhere', SOMEBODY, 404],
      ['/things/fails', SOMEBODY, 500],
      ['/things/%zz', SOMEBODY, 400],
      ['/health/live', {}, 200],
      ['/health/ready', {}, 200],
      ['/api/docs', {}, 200],
      ['/api/docs-json', {}, 200],
    ])('answers HEAD %s', async (path, headers, status) => {
      const answer = await call({ method: 'HEAD', path, headers });
      expect(answer).toMatchObject({ status, text: '' });
    });

    it('opens no door to other origins', async () => {
      for (const method of ['GET', 'OPTIONS']) {
        const headers = { ...SOMEBODY, Origin: 'https://other.example', 'Access-Control-Request-Method': 'PUT' };
        const answer = await call({ method, path: '/things/a', headers });
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    });
  });

  describe('bodies', () => {
    const limit = 6 * MAX_VALUE_BYTES + 16_384;

    it('come up to the limit, before anything else is judged', async () => {
      expect((await put(JSON.stringify({ value: 'x'.repeat(limit - 12) }))).status).toBe(200);
      expectRefusal(await put('x'.repeat(limit + 1), {}), 413, 'too_large');
      expectRefusal(await put('x'.repeat(limit + 1), { 'Content-Type': ';' }), 413, 'too_large');
    });

    it('are bounded when their length is not told', async () => {
      const chunk = `${(4_096).toString(16)}\r\n${'x'.repeat(4_096)}\r\n`;
      const text = await raw(
        layer.port,
        `PUT /things/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(6)}`,
      );
      expect(text).toMatch(/^HTTP\/1.1 413 /);
      expect(text).toContain('"too_large"');
    });

    it.each(['text/plain', ';', 'json', 'application/xml; charset', 'a/b/c', 'multipart/form-data; boundary=x'])(
      'of the type %s are not judged before who is calling',
      async (type) => {
        expectRefusal(await put('{', { 'Content-Type': type }), 401, 'unauthorized_error');
        expectRefusal(await put('{', { ...SOMEBODY, 'Content-Type': type }), 415, 'unsupported_content_type_error');
      },
    );

    it('are taken as JSON in UTF-8', async () => {
      expect((await put('{"value": "é"}')).body).toEqual({ key: 'a', value: 'é' });
      expectRefusal(await put('{'), 400, 'bad_parameters_error');
      expectRefusal(await put('{"value": 7}'), 400, 'bad_parameters_error');
    });

    it('may be missing', async () => {
      const headers = { ...SOMEBODY, ...JSON_TYPE, 'Content-Length': '0' };
      const missing = await call({ method: 'PUT', path: '/things/a', headers });
      expectRefusal(missing, 400, 'bad_parameters_error');
      expect(missing.body.message).toContain('`value`');
      expect((await call({ method: 'DELETE', path: '/things/a', headers })).status).toBe(200);
      expect((await get('/things/a', { ...SOMEBODY, ...JSON_TYPE })).status).toBe(200);
      expect((await call({ method: 'PUT', path: '/things/a', headers: SOMEBODY })).status).toBe(415);
    });

    it('of a GET are of no consequence', async () => {
      const answer = await call({ path: '/things/address', headers: { ...SOMEBODY, ...JSON_TYPE }, body: '{' });
      expect(answer.body).toEqual({ body: null });
    });
  });

  describe('what is not HTTP', () => {
    it.each([
      ['NONSENSE\r\n\r\n', 400, 'bad_parameters_error'],
      ['BREW /things HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_parameters_error'],
      [`GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(1_000_000)}\r\n\r\n`, 431, 'too_large'],
      ['GET /things HTTP/1.1\r\n\r\n', 400, 'bad_parameters_error'],
      ['PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400, 'bad_parameters_error'],
      ['PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400, 'bad_parameters_error'],
    ])('is refused in the same shape (%#)', async (bytes, status, code) => {
      const text = await raw(layer.port, bytes);
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
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{22}$/);
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
      const lines = layer.logs.filter(({ requestId, level }) => requestId === 'failed-1' && level === 'error');
      expect(lines).toHaveLength(1);
      expect(lines[0]).toHaveProperty('err.message', 'canary-of-a-failure');
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
      await raw(layer.port, 'PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"va', 50);
      await get('/nowhere');
      expect(layer.logs.filter(({ level }) => level === 'error')).toHaveLength(before);
    });
  });

  it('logs one line a request, with the pattern of the route', async () => {
    const id = 'logged-1';
    await get('/things/secret-name?_a=canary', { ...SOMEBODY, 'X-Request-Id': id });
    await get('/health/live', { 'X-Request-Id': 'probe-1' });
    const lines = layer.logs.filter(({ requestId }) => requestId === id);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ method: 'GET', route: '/things/:key', status: 200, ms: expect.any(Number) });
    expect(JSON.stringify(layer.logs)).not.toMatch(/secret-name|_a=|eDp5/);
    expect(layer.logs.filter(({ requestId }) => requestId === 'probe-1')).toEqual([]);
  });

  it('takes pages', async () => {
    expect((await get('/things?_size=5&_offset=2')).body).toEqual({ size: 5, offset: 2 });
    expect((await get('/things')).body).toEqual({ size: 1000, offset: 0 });
    expectRefusal(await get('/things?_size=1001'), 400, 'illegal_action_error');
    expectRefusal(await get('/things?_size=1&_size=2'), 400, 'bad_parameters_error');
    expectRefusal(await get('/things?role=admin'), 400, 'bad_parameters_error');
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

/** Writes bytes to the socket and gives what comes back until it ends, or until the time to hang up. */
function raw(port: number, bytes: string, hangUpAfter?: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (/\r\n\r\n.*\}$/s.test(text)) socket.end();
    });
    socket.on('error', reject).on('close', () => resolve(text));
    socket.write(bytes);
    if (hangUpAfter !== undefined) setTimeout(() => socket.destroy(), hangUpAfter);
  });
}
