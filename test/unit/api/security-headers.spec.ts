import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, type Answer } from '../../support/http-client.js';
import { startHttpLayer, type HttpLayerApp } from './http-layer-app.js';
import { rawRequest } from './raw-request.js';

const SOMEBODY = { Authorization: 'Basic eDp5' };
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

describe('the security headers', () => {
  let layer: HttpLayerApp;
  let behindProxy: HttpLayerApp;
  beforeAll(async () => {
    layer = await startHttpLayer();
    behindProxy = await startHttpLayer('info', ['127.0.0.1']);
  });
  afterAll(() => Promise.all([layer, behindProxy].map(({ app }) => app.close())));

  const call = (
    method: string,
    path: string,
    headers: Record<string, string> = SOMEBODY,
    body = '',
  ): Promise<Answer> => send(layer.url, { method, path, headers, ...(body !== '' && { body }) });

  it.each<[string, number, () => Promise<Answer>]>([
    ['a success', 200, () => call('GET', '/things/a')],
    ['a HEAD', 200, () => call('HEAD', '/things/a')],
    ['a probe', 200, () => call('GET', '/health/live', {})],
    ['a caller without credentials', 401, () => call('GET', '/things/a', {})],
    ['an unknown address', 404, () => call('GET', '/nowhere')],
    ['an address that the router refuses', 400, () => call('GET', '/things/%zz')],
    ['a malformed request', 400, () => call('GET', '/things/a#b')],
    ['a wrong method', 405, () => call('TRACE', '/things/a')],
    [
      'a body that is too large',
      413,
      () =>
        call('PUT', '/things/a', { ...SOMEBODY, 'Content-Type': 'application/json' }, 'x'.repeat(100_000)),
    ],
    ['a failure', 500, () => call('GET', '/things/fails')],
  ])('stand in the answer to %s', async (_what, status, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(HEADERS);
    for (const name of [
      'server',
      'x-powered-by',
      'strict-transport-security',
      'access-control-allow-origin',
      'vary',
    ])
      expect(answer.headers).not.toHaveProperty(name);
  });

  it('stand in the answer to what is no HTTP', async () => {
    const text = (await rawRequest(layer.port, 'NONSENSE\r\n\r\n')).toLowerCase();
    for (const [name, value] of Object.entries(HEADERS))
      expect(text).toContain(`${name}: ${value.toLowerCase()}\r\n`);
    expect(text).not.toMatch(/^(server|x-powered-by|strict-transport-security):/im);
  });

  it.each(['/api/docs', '/api/docs/errors', '/api/docs-json', '/api/docs/swagger-ui.css'])(
    'of %s have a policy of its own and are the others otherwise',
    async (path) => {
      const { status, headers } = await call('GET', path, {});
      expect(status).toBe(200);
      const { 'content-security-policy': policy, 'cache-control': noStore, ...others } = HEADERS;
      expect(headers).toMatchObject(others);
      // What the page is made of is the same for everybody.
      if (!path.endsWith('.css')) expect(headers['cache-control']).toBe(noStore);
      expect(headers['content-security-policy']).toContain("script-src 'self';");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).not.toBe(policy);
    },
  );

  describe('tell browsers to use HTTPS', () => {
    const hsts = async (url: string, proto?: string, path = '/things/a'): Promise<string | undefined> => {
      const headers = { ...SOMEBODY, ...(proto !== undefined && { 'X-Forwarded-Proto': proto }) };
      const answer = await send(url, { path, headers });
      return answer.headers['strict-transport-security'];
    };

    it.each(['https', 'http, https'])(
      'if a trusted proxy says that it got the request by it: %s',
      async (proto) => {
        for (const path of ['/things/a', '/nowhere', '/things/%zz'])
          expect(await hsts(behindProxy.url, proto, path)).toBe('max-age=31536000');
      },
    );

    it.each(['http', 'https, http', 'HTTPS://', undefined])('not if it says %s', async (proto) => {
      expect(await hsts(behindProxy.url, proto)).toBeUndefined();
    });

    it('not if a stranger says so', async () => {
      expect(await hsts(layer.url, 'https')).toBeUndefined();
      expect(await hsts(layer.url, 'https', '/things/%zz')).toBeUndefined();
    });
  });
});
