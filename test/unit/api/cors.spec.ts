import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, type Answer } from '../../support/http-client.js';
import { startHttpLayer, type HttpLayerApp } from './http-layer-app.js';

const PAGE = 'https://console.example.com';
const SOMEBODY = { Authorization: 'Basic eDp5' };
const corsHeaders = ({ headers }: Answer): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

describe('pages of other origins', () => {
  let closed: HttpLayerApp;
  let open: HttpLayerApp;
  beforeAll(async () => {
    closed = await startHttpLayer();
    open = await startHttpLayer('info', [], 1_000, { corsOrigins: [PAGE, 'http://localhost:3000'] });
  });
  afterAll(() => Promise.all([closed, open].map(({ app }) => app.close())));

  const call = (
    { url }: HttpLayerApp,
    method: string,
    headers: Record<string, string>,
    path = '/things/a',
    body?: string,
  ) => send(url, { method, path, headers, ...(body !== undefined && { body }) });
  const preflight = (
    layer: HttpLayerApp,
    origin: string,
    path = '/things/a',
    more: Record<string, string> = {},
  ) => call(layer, 'OPTIONS', { Origin: origin, 'Access-Control-Request-Method': 'PUT', ...more }, path);

  it.each(['GET', 'OPTIONS', 'PUT'])('are told nothing by default: %s', async (method) => {
    const answer = await call(closed, method, {
      ...SOMEBODY,
      Origin: PAGE,
      'Access-Control-Request-Method': 'PUT',
    });
    expect(corsHeaders(answer)).toEqual([]);
    expect(answer.headers).not.toHaveProperty('vary');
    if (method === 'OPTIONS') expect(answer.status).toBe(405);
  });

  it('are told what they may send if they are admitted, without credentials of their own', async () => {
    const answer = await preflight(open, PAGE, '/things/a', {
      'X-Request-Id': 'asked-before',
      'Access-Control-Request-Headers': 'authorization,tenant',
    });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-max-age': '600',
      vary: 'Origin',
      'x-request-id': 'asked-before',
      'x-content-type-options': 'nosniff',
    });
    const allowed = String(answer.headers['access-control-allow-headers']).toLowerCase().split(', ');
    expect(allowed).toEqual(
      expect.arrayContaining([
        ...['authorization', 'authentication-token', 'tenant', 'content-type', 'if-match', 'if-none-match'],
        ...['x-request-id', 'traceparent', 'tracestate', 'x-export-passphrase'],
      ]),
    );
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(open.logs.at(-1)).toMatchObject({ method: 'OPTIONS', status: 204, requestId: 'asked-before' });
  });

  it.each([
    ['a success', 'GET', '/things/a', 200],
    ['a refusal', 'GET', '/nowhere', 404],
    ['a failure', 'GET', '/things/fails', 500],
    ['a wrong method', 'DELETE', '/things', 405],
  ])('may read %s if they are admitted', async (_what, method, path, status) => {
    const answer = await call(open, method, { ...SOMEBODY, Origin: PAGE }, path);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-expose-headers': expect.stringContaining('X-Request-Id'),
      vary: 'Origin',
    });
  });

  it.each([
    'https://evil.example.com',
    'https://console.example.com.evil.example',
    'https://console.example.com:8443',
    'http://console.example.com',
    'HTTPS://CONSOLE.EXAMPLE.COM',
    `${PAGE}, https://evil.example.com`,
    'null',
    '*',
    '',
  ])('are told nothing if they are not: %j', async (origin) => {
    for (const answer of [
      await preflight(open, origin),
      await call(open, 'GET', { ...SOMEBODY, Origin: origin }),
    ]) {
      expect(corsHeaders(answer)).toEqual([]);
      expect(answer.headers.vary).toBe('Origin');
    }
    expect((await preflight(open, origin)).status).toBe(405);
  });

  it('learn that an address is wrong from the request, not from the question before it', async () => {
    expect((await preflight(open, PAGE, '/nowhere')).status).toBe(204);
    expect((await preflight(open, PAGE, '/nowhere#fragment')).status).toBe(400);
  });

  it.each([
    ['without a page', {}],
    ['that asks nothing', { Origin: PAGE }],
  ])('leave an OPTIONS %s refused', async (_what, headers) => {
    const answer = await call(open, 'OPTIONS', headers);
    expect([answer.status, answer.headers.allow, answer.body.error_code]).toEqual([
      405,
      'DELETE, GET, HEAD, PUT',
      'method_not_allowed',
    ]);
    expect((await call(open, 'OPTIONS', headers, '/nowhere')).status).toBe(404);
  });

  describe('that ask for a change which needs no question before it', () => {
    const change = (
      layer: HttpLayerApp,
      site: string | undefined,
      origin = 'https://evil.example.com',
      method = 'DELETE',
    ) =>
      call(layer, method, {
        ...SOMEBODY,
        Origin: origin,
        ...(site !== undefined && { 'Sec-Fetch-Site': site }),
      });

    it.each(['cross-site', 'same-site', 'nonsense'])('are refused: %s', async (site) => {
      for (const layer of [closed, open]) {
        const { status, body } = await change(layer, site);
        expect([status, body.error_code, body.message]).toEqual([
          403,
          'forbidden_error',
          expect.stringContaining('STRONGROOM_CORS_ORIGINS'),
        ]);
      }
    });

    it.each(['same-origin', 'none', undefined])(
      'are not, if they are no pages of others: %s',
      async (site) => {
        expect((await change(closed, site)).status).toBe(200);
      },
    );

    it('are not, if they are admitted', async () => {
      expect((await change(open, 'cross-site', PAGE)).status).toBe(200);
    });

    it('may be followed to read, as a link to the documents is', async () => {
      expect((await change(closed, 'cross-site', PAGE, 'GET')).status).toBe(200);
    });
  });
});
