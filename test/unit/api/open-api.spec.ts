import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, type Answer } from '../../support/http-client.js';
import { startHttpLayer, type HttpLayerApp } from './http-layer-app.js';

interface Schema {
  readonly additionalProperties?: boolean;
  readonly required?: string[];
  readonly properties: Record<string, unknown>;
}

interface Response {
  readonly headers: Record<string, unknown>;
  readonly $ref?: string;
  readonly content?: Record<string, { schema: { $ref: string } }>;
}

interface Operation {
  readonly responses: Record<string, Response>;
  readonly parameters: { name: string; in: string; $ref?: string }[];
  readonly security?: unknown[];
}

describe('the description of the API', () => {
  let layer: HttpLayerApp;
  let document: {
    servers: { url: string }[];
    paths: Record<string, Record<string, Operation>>;
    components: {
      schemas: Record<string, Schema>;
      responses: Record<string, Response>;
      securitySchemes: object;
    };
  };
  const get = (path: string): Promise<Answer> => send(layer.url, { path });
  beforeAll(async () => {
    layer = await startHttpLayer();
    document = (await get('/api/docs-json')).body as unknown as typeof document;
  });
  afterAll(() => layer.app.close());

  it('is there for everyone, as JSON', async () => {
    const answer = await get('/api/docs-json');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect((await get('/api/docs-yaml')).status).toBe(404);
  });

  it('names all routes and how to authenticate', () => {
    expect(Object.keys(document.paths).sort()).toEqual(
      [
        '/health/live',
        '/health/ready',
        '/health/startup',
        '/things',
        '/things/address',
        '/things/fails',
        '/things/no-database',
        '/things/no-file',
      ].concat(['/things/slow', '/things/{key}']),
    );
    expect(document.components.securitySchemes).toMatchObject({
      basic: { type: 'http', scheme: 'basic' },
      token: { type: 'apiKey', in: 'header', name: 'Authentication-Token' },
      tenant: { type: 'apiKey', in: 'header', name: 'tenant' },
    });
    expect(document.paths['/things/{key}']?.put?.security).toEqual([
      { basic: [], tenant: [] },
      { token: [], tenant: [] },
    ]);
    expect(document.paths['/health/live']?.get?.security).toBeUndefined();
  });

  it('merges the errors of controller and method', () => {
    const put = document.paths['/things/{key}']?.put;
    expect(Object.keys(put?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '408', '409', '413', '415', '429', '500', '503']),
    );
    const responses = Object.entries(put?.responses ?? {}).map(([status, response]) => {
      const shared = response.$ref?.split('/').at(-1);
      return [status, shared === undefined ? response : document.components.responses[shared]] as const;
    });
    for (const [status, { content, headers } = { headers: {} }] of responses) {
      const schema = status === '200' ? '#/components/schemas/Thing' : '#/components/schemas/ErrorBody';
      expect(content?.['application/json']?.schema.$ref).toBe(schema);
      expect(headers).toHaveProperty('X-Request-Id');
    }
    const { ServiceUnavailable, Unauthorized } = document.components.responses;
    expect(ServiceUnavailable?.headers).toHaveProperty('Retry-After');
    expect(Unauthorized?.headers).toHaveProperty('WWW-Authenticate');
  });

  it('names the headers and the query of a request', () => {
    const parameters = document.paths['/things']?.get?.parameters ?? [];
    const names = parameters.map(({ $ref, name, in: place }) => $ref ?? `${place} ${name}`);
    expect(names.sort()).toEqual([
      ...['Reason', 'RequestId'].map((one) => `#/components/parameters/${one}`),
      ...['query _offset', 'query _size'],
    ]);
  });

  it('closes what is answered', () => {
    for (const name of ['Thing', 'ErrorBody', 'HealthStatus']) {
      expect(document.components.schemas[name]?.additionalProperties).toBe(false);
    }
    expect(document.components.schemas.ErrorBody?.required).toEqual([
      'message',
      'error_code',
      'server_traceback',
    ]);
  });

  it('has a page that runs no script but its files', async () => {
    const page = await get('/api/docs');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    const policy = page.headers['content-security-policy'] as string;
    expect(policy).toContain("script-src 'self';");
    expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=/i);
    const files = [...page.text.matchAll(/(?:src|href)=["']([^"'#]+)["']/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const file of files) {
      const answer = await get(new URL(file, `${layer.url}/api/docs`).pathname);
      expect(answer.status).toBe(200);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('holds behind a proxy that adds a path prefix, with and without a slash at the end', async () => {
    const { servers } = document;
    for (const base of [layer.url, `${layer.url}/vault/room`]) {
      const page = new URL(`${base}/api/docs`);
      for (const described of ['docs-json', 'docs'])
        expect(new URL(servers[0]?.url ?? '', new URL(described, page)).href).toBe(`${base}/`);
      expect(new URL('../docs', `${page.href}/`).href).toBe(page.href);
    }
    const { status, headers } = await get('/api/docs/');
    expect([status, headers.location]).toEqual([308, '../docs']);
    const { text } = await get('/api/docs');
    for (const [, address = ''] of text.matchAll(/(?:src|href)=["']([^"'#]+)["']/g))
      expect(address).toMatch(/^\.\/docs\//);
    expect((await get('/api/docs-json')).text).not.toContain(layer.url);
  });

  it('serves no other file', async () => {
    for (const path of [
      '/api/docs/../../package.json',
      '/api/docs/..%2f..%2fpackage.json',
      '/api/docs/nothing.js',
    ]) {
      const answer = await get(path);
      expect([403, 404]).toContain(answer.status);
      expect(answer.body).toHaveProperty('server_traceback', null);
    }
  });
});
