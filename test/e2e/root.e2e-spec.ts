import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageVersion } from '../../src/common/package-version.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

describe('the root', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  const root = (headers: Record<string, string> = {}) => room.send({ path: '/', headers });

  it.each([undefined, '*/*', 'application/json', 'text/html, application/json'])(
    'says as JSON to whoever accepts %s where to go, and each address is there',
    async (accept) => {
      const answer = await root(accept === undefined ? {} : { accept });
      expect([answer.status, answer.headers['content-type']]).toEqual([
        200,
        'application/json; charset=utf-8',
      ]);
      const { documents, openapi, secrets, health } = answer.body as Record<string, string>;
      for (const path of [documents!, openapi!, secrets!, health!])
        expect([path, (await room.call(ADMIN, 'GET', path)).status]).toEqual([path, 200]);
    },
  );

  it.each([BROWSER, 'text/plain'])('says it as text to whoever accepts %s', async (accept) => {
    const answer = await root({ accept });
    expect([answer.status, answer.headers['content-type'], answer.headers.vary]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'Accept',
    ]);
    for (const path of ['/api/docs', '/api/docs-json', '/api/v3.1/secrets', '/health/ready'])
      expect(answer.text).toContain(`\n${path} `);
  });

  it.each([
    ...['/health/live', '/health/ready', '/api/v3.1/ok', '/api/docs', '/api/docs-json', '/api/docs/errors'],
    ...['/api/version', '/api/v3.1/version', '/api/v3.1/status', '/nowhere', '/%zz'],
  ])('tells a stranger no version of the service or of Node.js at %s', async (path) => {
    const { headers, text } = await room.send({ path });
    const told = JSON.stringify(headers) + text;
    expect([packageVersion(), process.versions.node].filter((version) => told.includes(version))).toEqual([]);
    for (const name of ['server', 'x-powered-by', 'via']) expect(headers).not.toHaveProperty(name);
  });

  it('tells a user the version, as clients need', async () => {
    expect((await room.call(ADMIN, 'GET', '/api/v3.1/version')).body.version).toBe(packageVersion());
  });

  it('tells no version', async () => {
    for (const accept of ['*/*', BROWSER])
      expect((await root({ accept })).text).not.toContain(packageVersion());
  });
});
