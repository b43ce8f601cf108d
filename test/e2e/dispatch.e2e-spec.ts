import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'];
const SECRETS = '/api/v3/secrets';
const LIMIT_OF_PARAMETER = 2_000;

/** Lists calls that end in each layer of the service, with the response of the first layer that refuses. */
const REFUSALS: readonly (readonly [string, string, As, number, string])[] = [
  ['GET', '/nothing', ADMIN, 404, 'unknown_address'],
  ['POST', '/', {}, 405, 'method_not_allowed'],
  ['GET', '/api/v3/nothing', {}, 404, 'unknown_address'],
  ['GET', `${SECRETS}/`, ADMIN, 404, 'unknown_address'],
  ['GET', `${SECRETS}/a/b`, ADMIN, 404, 'unknown_address'],
  ['GET', `${SECRETS}/a%2Fb`, ADMIN, 404, 'unknown_address'],
  ['GET', '/API/v3/secrets', ADMIN, 404, 'unknown_address'],
  ['GET', `${SECRETS}/%zz`, ADMIN, 400, 'bad_parameters_error'],
  ['GET', `${SECRETS}/${'x'.repeat(LIMIT_OF_PARAMETER + 1)}`, ADMIN, 414, 'uri_too_long'],
  ['POST', SECRETS, {}, 405, 'method_not_allowed'],
  ['GET', `${SECRETS}/9?nothing=1`, {}, 401, 'unauthorized_error'],
  ['GET', `${SECRETS}/9?nothing=1`, { login: ADMIN.login! }, 403, 'forbidden_error'],
  ['GET', `${SECRETS}/9?nothing=1`, ADMIN, 400, 'bad_parameters_error'],
  ['PUT', `${SECRETS}/key`, ADMIN, 415, 'unsupported_content_type_error'],
  ['GET', `${SECRETS}/absent`, ADMIN, 404, 'not_found_error'],
];

describe('the dispatch of a request', () => {
  let strongroom: Strongroom;
  beforeAll(async () => {
    strongroom = await Strongroom.start();
    await strongroom.secret(ADMIN, 'PUT', 'some-key', 'a value');
  });
  afterAll(() => strongroom.stop());

  /** Returns the paths of the API document, with an example of each. */
  function addresses(): { template: string; path: string }[] {
    return Object.keys(strongroom.validator.document.paths).map((template) => ({
      template,
      path: template.replace('/tenants/{name}', '/tenants/default_tenant').replace(/\{[^}]+\}/g, 'some-key'),
    }));
  }

  /** Returns the methods of all documented routes that match the path. */
  function methodsAt(path: string): Set<string> {
    const routes = Object.entries(strongroom.validator.document.paths).filter(([template]) =>
      new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
    );
    const methods = routes.flatMap(([, operations]) =>
      Object.keys(operations).map((name) => name.toUpperCase()),
    );
    return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);
  }

  it('answers HEAD at each address as GET, without the body', async () => {
    // A GET of the tokens of version 3 creates one, and there is no HEAD of that. Each read of the audit trail adds to it.
    const readable = addresses().filter(
      ({ path }) => path !== '/api/v3/tokens' && !path.includes('/audit') && methodsAt(path).has('GET'),
    );
    expect(readable.length).toBeGreaterThan(50);
    for (const { path } of readable) {
      const headers = { 'X-Request-Id': 'the-same' };
      const get = await strongroom.call(ADMIN, 'GET', path, undefined, headers);
      const head = await strongroom.call(ADMIN, 'HEAD', path, undefined, headers);
      // A stream has no known length, and without a body there are no chunks either.
      const { date: _before, 'transfer-encoding': _chunked, ...expected } = get.headers;
      const { date: _after, ...received } = head.headers;
      expect([path, head.status, head.text, received]).toEqual([path, get.status, '', expected]);
    }
  });

  it('refuses each other method at each address with 405 and the methods that it has', async () => {
    let refused = 0;
    for (const { path } of addresses()) {
      const allowed = methodsAt(path);
      for (const method of METHODS.filter((name) => !allowed.has(name))) {
        const { status, headers, body } = await strongroom.send({ method, path });
        expect([method, path, status, headers.allow]).toEqual([
          method,
          path,
          405,
          [...allowed].sort().join(', '),
        ]);
        if (method !== 'HEAD') expect(body.error_code).toBe('method_not_allowed');
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(300);
  });

  it.each(REFUSALS)('refuses %s %s (as %j) with %i %s', async (method, path, as, status, code) => {
    const answer = await strongroom.call(as, method, path, undefined, { 'X-Request-Id': 'refused-1' });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ message: expect.any(String), error_code: code, server_traceback: null });
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'refused-1',
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(answer.text)),
    });
  });

  it('gives each success the headers of every answer and those of its route', async () => {
    const common = {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'one-1',
    };
    const json = { ...common, 'content-type': 'application/json; charset=utf-8' };
    for (const path of [
      '/health/live',
      '/api/v3/ok',
      SECRETS,
      `${SECRETS}/some-key`,
      `${SECRETS}/share/export`,
    ]) {
      const { status, headers } = await strongroom.call(ADMIN, 'GET', path, undefined, {
        'X-Request-Id': 'one-1',
      });
      expect([path, status]).toEqual([path, 200]);
      expect(headers).toMatchObject(json);
    }
  });

  it.each([
    ['v3', 200, 'application/json; charset=utf-8'],
    ['v3.1', 204, undefined],
  ])('answers a deletion under %s with %i', async (version, status, type) => {
    const path = `/api/${version}/secrets/gone`;
    await strongroom.call(ADMIN, 'PUT', path, { value: 'x' });
    const answer = await strongroom.call(ADMIN, 'DELETE', path);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, type]);
  });

  describe('the API document of a handler that serves both versions', () => {
    interface Documented {
      readonly parameters: readonly { readonly name: string }[];
      readonly responses: Record<string, { content?: Record<string, { schema: { $ref: string } }> }>;
    }

    const documented = (path: string, method: string): Documented =>
      strongroom.validator.document.paths[path]![method] as unknown as Documented;

    it.each([
      ['/api/v3/secrets', 'get', { 200: 'SecretListV3' }],
      ['/api/v3.1/secrets', 'get', { 200: 'SecretList' }],
      ['/api/v3/secrets/{key}', 'get', { 200: 'SecretV3' }],
      ['/api/v3.1/secrets/{key}', 'get', { 200: 'Secret' }],
      ['/api/v3/secrets/{key}', 'patch', { 200: 'SecretV3' }],
      ['/api/v3.1/secrets/{key}', 'patch', { 200: 'Secret' }],
      ['/api/v3/secrets/{key}', 'delete', { 200: 'SecretV3' }],
      ['/api/v3.1/secrets/{key}', 'delete', { 204: undefined }],
      ['/api/v3/users/{name}', 'delete', { 200: 'UserV3' }],
      ['/api/v3.1/users/{name}', 'delete', { 204: undefined }],
    ])('names for %s %s the successes of that version only', (path, method, expected) => {
      const successes = Object.entries(documented(path, method).responses).filter(
        ([status]) => status < '300',
      );
      const schemas = successes.map(([status, { content }]) => [
        status,
        content?.['application/json']?.schema.$ref.replace('#/components/schemas/', ''),
      ]);
      expect(Object.fromEntries(schemas)).toEqual(expected);
    });

    it('names a parameter under the version that takes it', () => {
      const takes = (version: string): boolean =>
        documented(`/api/${version}/secrets/{key}`, 'get').parameters.some(
          ({ name }) => name === '_skip_value',
        );
      expect([takes('v3'), takes('v3.1')]).toEqual([false, true]);
    });

    it('keeps nothing of how the versions were told apart', () => {
      expect(JSON.stringify(strongroom.validator.document)).not.toContain('"x-');
    });
  });
});
