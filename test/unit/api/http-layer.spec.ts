import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, type Answer, type Call } from '../../support/http-client.js';
import { MAX_VALUE_BYTES, startHttpLayer, type HttpLayerApp } from './http-layer-app.js';
import { rawRequest } from './raw-request.js';

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
      expectRefusal(await get(path), status, 'unknown_address');
      expectRefusal(await get(path, {}), status, 'unknown_address');
    });

    it.each(['a', 'a%252Fb', 'a.b', 'a%5Cb', 'a;b', '%C3%A9', 'x'.repeat(2_000)])(
      'routes the key %s',
      async (key) => {
        const answer = await get(`/things/${key}`);
        expect(answer.status).toBe(200);
        expect(answer.body.key).toBe(decodeURIComponent(key));
      },
    );

    it('is found by an absolute address too', async () => {
      expect((await get(`${layer.url}/things/a`)).status).toBe(200);
    });

    it('refuses a parameter of more than 2,000 characters', async () => {
      expectRefusal(await get(`/things/${'x'.repeat(2_001)}`), 414, 'uri_too_long');
    });

    it.each(['/things/%zz', '/things/%C3', '/things/%'])(
      'refuses the malformed escape of %s',
      async (path) => {
        expectRefusal(await get(path), 400, 'bad_parameters_error');
      },
    );

    it('says nothing of the address in its refusals', async () => {
      for (const path of [
        '/canary',
        '/things/%zzcanary',
        `/things/canary${'x'.repeat(2_001)}`,
        '/things?canary=1&x',
      ]) {
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
      expectRefusal(await call({ method: 'OPTIONS', path: '/nowhere' }), 404, 'unknown_address');
      expectRefusal(await call({ method: 'POST', path: '/things/a%2Fb' }), 404, 'unknown_address');
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
        const headers = {
          ...SOMEBODY,
          Origin: 'https://other.example',
          'Access-Control-Request-Method': 'PUT',
        };
        const answer = await call({ method, path: '/things/a', headers });
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    });
  });

  describe('bodies', () => {
    const limit = 6 * MAX_VALUE_BYTES + 16_384;

    it('come up to the limit, and a longer declared one is refused before anything else is judged', async () => {
      expect((await put(JSON.stringify({ value: 'x'.repeat(limit - 12) }))).status).toBe(200);
      expectRefusal(await put('x'.repeat(limit + 1), {}), 413, 'too_large');
      expectRefusal(await put('x'.repeat(limit + 1), { 'Content-Type': ';' }), 413, 'too_large');
    });

    it('are bounded when their length is not told', async () => {
      const chunk = `${(4_096).toString(16)}\r\n${'x'.repeat(4_096)}\r\n`;
      const text = await rawRequest(
        layer.port,
        'PUT /things/a HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\nContent-Type: application/json\r\n' +
          `Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(6)}`,
      );
      expect(text).toMatch(/^HTTP\/1.1 413 /);
      expect(text).toContain('"too_large"');
    });

    it.each([
      'text/plain',
      ';',
      'json',
      'application/xml; charset',
      'a/b/c',
      'multipart/form-data; boundary=x',
    ])('of the type %s are not judged before who is calling', async (type) => {
      expectRefusal(await put('{', { 'Content-Type': type }), 401, 'unauthorized_error');
      expectRefusal(
        await put('{', { ...SOMEBODY, 'Content-Type': type }),
        415,
        'unsupported_content_type_error',
      );
    });

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
      const answer = await call({
        path: '/things/address',
        headers: { ...SOMEBODY, ...JSON_TYPE },
        body: '{',
      });
      expect(answer.body).toMatchObject({ body: null });
    });
  });

  it('takes pages', async () => {
    expect((await get('/things?_size=5&_offset=2')).body).toEqual({ size: 5, offset: 2 });
    expect((await get('/things')).body).toEqual({ size: 1000, offset: 0 });
    expectRefusal(await get('/things?_size=1001'), 400, 'illegal_action_error');
    expectRefusal(await get('/things?_size=1&_size=2'), 400, 'bad_parameters_error');
    expectRefusal(await get('/things?role=admin'), 400, 'bad_parameters_error');
  });
});
